use gpon::PonPort;

/// PON ports by pattern: `*`, `1/1/*`, `1/2/3`, `1/1/3-15`, `1/1-2/*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selector {
    slots: (u8, u8),
    ports: (u8, u8),
}

impl Selector {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Self::parse("1/*/*");
        }
        let mut parts = text.split('/');
        let (Some("1"), Some(slots), Some(ports), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        Some(Self { slots: range(slots)?, ports: range(ports)? })
    }

    pub(super) fn matches(&self, pon: PonPort) -> bool {
        let within = |(low, high): (u8, u8), number| (low..=high).contains(&number);
        within(self.slots, pon.slot()) && within(self.ports, pon.port())
    }
}

fn range(text: &str) -> Option<(u8, u8)> {
    if text == "*" {
        return Some((0, u8::MAX));
    }
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let (low, high) = (low.parse().ok()?, high.parse().ok()?);
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let pon = PonPort::new(1, 7).unwrap();
        for (text, hit) in [
            ("*", true),
            ("1/1/*", true),
            ("1/*/7", true),
            ("1/1/7", true),
            ("1/1-2/3-15", true),
            ("1/2/*", false),
            ("1/1/8-16", false),
        ] {
            assert_eq!(Selector::parse(text).unwrap().matches(pon), hit, "{text}");
        }
        for text in ["", "1/1", "2/1/1", "1/1/1/1", "1/x/1", "1/1/9-3", "1/1/-3"] {
            assert_eq!(Selector::parse(text), None, "{text}");
        }
    }
}
