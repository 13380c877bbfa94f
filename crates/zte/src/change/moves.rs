//! How the command line gets from one place of the configuration to another.

use crate::firmware::dialect::{Dialect, Place};

/// Where the command line stands, as far as the lines that were sent say; its
/// prompt has to agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Exec,
    /// Where the configuration as a whole is changed.
    Config,
    Inside(Place),
}

/// A line that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) line: String,
    pub(crate) to: Standing,
}

impl Standing {
    fn of(place: Place) -> Self {
        match place {
            Place::Exec => Self::Exec,
            Place::Config => Self::Config,
            inside => Self::Inside(inside),
        }
    }

    fn place(self) -> Place {
        match self {
            Self::Exec => Place::Exec,
            Self::Config => Place::Config,
            Self::Inside(place) => place,
        }
    }

    /// What the prompt shows between its brackets there; `None` in EXEC.
    pub(crate) fn mode(self, dialect: &Dialect) -> Option<String> {
        dialect.way_to(self.place())?.pop().map(|entry| entry.mode)
    }

    /// As its prompt shows it.
    pub(crate) fn shown(self, dialect: &Dialect) -> String {
        self.mode(dialect).map_or_else(|| "#".to_owned(), |mode| format!("({mode})#"))
    }
}

/// The lines that lead from here to there; `None` where no way is known. A mode
/// below the configuration is entered from the configuration alone (fact sheet, CLI §1.4).
pub(crate) fn to(dialect: &Dialect, from: Standing, place: Place) -> Option<Vec<Move>> {
    let there = Standing::of(place);
    if from == there {
        return Some(Vec::new());
    }
    let mut way = Vec::new();
    let mut at = Standing::Exec;
    for entry in dialect.way_to(place)? {
        at = if at == Standing::Exec { Standing::Config } else { there };
        way.push(Move { line: entry.line, to: at });
    }
    let moves = match from {
        Standing::Exec => way,
        Standing::Config => way.split_off(1.min(way.len())),
        Standing::Inside(_) => {
            let up = Move { line: dialect.lines.exit.to_owned(), to: Standing::Config };
            std::iter::once(up).chain(way.split_off(1.min(way.len()))).collect()
        }
    };
    Some(moves)
}

#[cfg(test)]
mod tests {
    use gpon::{OnuId, OnuRef};

    use super::*;
    use crate::firmware::dialect::C3XX;

    #[test]
    fn from_everywhere_to_everywhere() {
        let at = OnuRef { pon: "1/1/1".parse().unwrap(), id: OnuId::new(4).unwrap() };
        let lines = |from, place| -> Vec<String> {
            to(&C3XX, from, place).unwrap().into_iter().map(|step| step.line).collect()
        };
        let (onu, remote) = (Place::Onu(at), Place::Remote(at));
        assert_eq!(lines(Standing::Exec, onu), ["configure terminal", "interface gpon-onu_1/1/1:4"]);
        assert_eq!(lines(Standing::Inside(onu), onu), [""; 0]);
        assert_eq!(lines(Standing::Inside(onu), remote), ["exit", "pon-onu-mng gpon-onu_1/1/1:4"]);
        assert_eq!(lines(Standing::Config, Place::PonPort(at.pon)), ["interface gpon-olt_1/1/1"]);
        assert_eq!(Standing::Inside(remote).shown(&C3XX), "(gpon-onu-mng 1/1/1:4)#");
        assert_eq!(
            (Standing::Config.shown(&C3XX), Standing::Exec.shown(&C3XX)),
            ("(config)#".into(), "#".into())
        );
    }
}
