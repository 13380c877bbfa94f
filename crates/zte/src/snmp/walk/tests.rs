use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const COLUMNS: [[u32; 2]; 3] = [[1, 1], [1, 2], [1, 3]];

/// A table of three columns with gaps, and an agent that cuts its answers.
fn agent(table: &BTreeMap<Vec<u32>, i32>, names: &[Oid], repetitions: usize, cut: usize) -> Vec<VarBind> {
    let mut at: Vec<Vec<u32>> = names.iter().map(|name| name.arcs().to_vec()).collect();
    let mut answer = Vec::new();
    for _ in 0..repetitions {
        for name in &mut at {
            let next =
                table.range((std::ops::Bound::Excluded(name.clone()), std::ops::Bound::Unbounded)).next();
            answer.push(match next {
                Some((found, value)) => {
                    *name = found.clone();
                    VarBind::new(Oid::from_slice(found), Value::Integer(*value))
                }
                None => VarBind::new(Oid::from_slice(name), Value::EndOfMibView),
            });
        }
    }
    answer.truncate(cut.max(1));
    answer
}

fn read(
    table: &BTreeMap<Vec<u32>, i32>,
    scope: Scope,
    cut: usize,
    split: bool,
) -> (Vec<Column<Trouble>>, usize) {
    let starts = COLUMNS.each_ref().map(|column| Start { column, prefix: &[9], rows: Rows::of_onus(0) });
    let mut walk = Walk::new(&starts, scope);
    let mut upper = None;
    let mut requests = 0;
    for round in 0..2_000 {
        let current = if walk.is_done() { upper.as_mut() } else { Some(&mut walk) };
        let Some(current) = current.filter(|walk: &&mut Walk| !walk.is_done()) else { break };
        let (names, missing) = current.ask(MAX_COLUMNS);
        current.absorb(MAX_COLUMNS, agent(table, &names, missing.unwrap_or(9).min(9) as usize, cut));
        requests += 1;
        if split && round == 0 && !walk.is_done() {
            upper = walk.split(128);
        }
    }
    if let Some(upper) = upper {
        walk.join(upper);
    }
    (walk.finish(), requests)
}

proptest! {
    #[test]
    fn reads_what_is_there(
        cells in prop::collection::btree_set((0usize..3, 8u32..11, 1u32..=128), 0..150),
        cut in 1usize..30,
        bounds in prop::option::of((0u32..60, 60u32..=128)),
        split: bool,
    ) {
        let table: BTreeMap<Vec<u32>, i32> = cells
            .iter()
            .map(|(column, pon, onu)| ([&COLUMNS[*column][..], &[*pon, *onu]].concat(), *onu as i32))
            .collect();
        let scope = bounds.map_or(Scope::default(), |(after, last)| Scope { after: Some(after), last: Some(last) });
        let (columns, _) = read(&table, scope, cut, split && bounds.is_none());
        for (number, column) in columns.iter().enumerate() {
            let (after, last) = bounds.unwrap_or((0, 128));
            let expected: Vec<Vec<u32>> = cells
                .iter()
                .filter(|(c, pon, onu)| *c == number && *pon == 9 && (after + 1..=last).contains(onu))
                .map(|(_, pon, onu)| vec![*pon, *onu])
                .collect();
            let rows: Vec<Vec<u32>> = column.rows.iter().map(|(index, _)| index.clone()).collect();
            prop_assert_eq!(rows, expected);
            prop_assert_eq!(&column.end, &End::Complete);
        }
    }

    #[test]
    fn a_device_that_repeats_itself_ends(arcs in prop::collection::vec(0u32..200, 0..300)) {
        super::fuzz(&arcs);
    }
}

fn row(column: u32, onu: u32) -> VarBind {
    VarBind::new(Oid::new([1, column, 9, onu]), Value::Integer(1))
}

/// What becomes of two columns, or of the first alone, when they are answered so.
fn ends(columns: usize, answers: Vec<Vec<VarBind>>) -> Vec<(usize, End<Trouble>)> {
    let starts = COLUMNS.each_ref().map(|column| Start { column, prefix: &[9], rows: Rows::of_onus(0) });
    let mut walk = Walk::new(&starts[..columns], Scope { after: None, last: Some(128) });
    for answer in answers {
        assert!(!walk.is_done());
        walk.absorb(MAX_COLUMNS, answer);
    }
    walk.finish().into_iter().map(|column| (column.rows.len(), column.end)).collect()
}

fn broken(breach: Breach) -> End<Trouble> {
    End::Failed(breach.trouble())
}

#[test]
fn a_device_that_repeats_or_goes_back_has_not_ended_the_column() {
    for (answer, rows) in [
        (vec![row(1, 1), row(1, 2), row(1, 2)], 2),
        (vec![row(1, 1), row(1, 5), row(1, 3)], 2),
        (vec![row(1, 1), row(0, 7)], 1),
        // Out of the column and back into it.
        (vec![row(1, 1), row(2, 1), row(1, 3)], 1),
        (vec![row(1, 1), row(2, 4), row(2, 4)], 1),
    ] {
        assert_eq!(ends(1, vec![answer.clone()]), [(rows, broken(Breach::WentBack))], "{answer:?}");
    }
}

#[test]
fn a_device_that_jumps_has_not_ended_the_column() {
    // Past ids that no ONU has.
    assert_eq!(ends(1, vec![vec![row(1, 5), row(1, 1005)]]), [(1, broken(Breach::Number(1005)))]);
    // Past a column that has rows, and to the end of everything.
    for beyond in [row(3, 1), VarBind::new(Oid::new([1, 1, 9, 1]), Value::EndOfMibView)] {
        let answers = vec![vec![row(1, 1), row(2, 1), beyond.clone(), row(2, 2)], vec![row(3, 1)]];
        let ends = ends(2, answers);
        assert_eq!(ends, [(1, broken(Breach::Jumped)), (2, End::Complete)], "{beyond:?}");
    }
    // To where the next column begins is where it should go.
    let answers = vec![vec![row(1, 1), row(2, 1), row(2, 1), row(3, 1)]];
    assert_eq!(ends(2, answers), [(1, End::Complete), (1, End::Complete)]);
    // An empty column that says so is no jump.
    let none = VarBind::new(Oid::new([1, 1, 9]), Value::NoSuchInstance);
    assert_eq!(
        ends(2, vec![vec![none, row(2, 1)], vec![row(3, 1)]]),
        [(0, End::Complete), (1, End::Complete)]
    );
}

#[test]
fn a_jump_out_of_the_lower_half_is_seen_in_the_upper() {
    let starts = [Start { column: &[1, 1], prefix: &[9], rows: Rows::of_onus(0) }];
    let mut walk = Walk::new(&starts, Scope { after: None, last: Some(128) });
    walk.absorb(MAX_COLUMNS, vec![row(1, 1)]);
    let mut upper = walk.split(128).unwrap();
    walk.absorb(MAX_COLUMNS, vec![row(1, 2), row(1, 90)]);
    upper.absorb(MAX_COLUMNS, vec![row(1, 70), row(1, 90), row(2, 1)]);
    walk.join(upper);
    let columns = walk.finish();
    assert_eq!((columns[0].rows.len(), &columns[0].end), (4, &broken(Breach::Jumped)));
}

#[test]
fn a_table_without_an_end_has_one() {
    for (index, numbers) in [(&[1, 1, 9, 1, 0][..], 3), (&[1, 1, 10], 1), (&[1, 1, 10, 1, 1], 3)] {
        let other = VarBind::new(Oid::from_slice(index), Value::Integer(1));
        let broken = broken(Breach::Index(numbers));
        assert_eq!(ends(1, vec![vec![row(1, 1), other]]), [(1, broken)], "{index:?}");
    }
    let starts = [Start { column: &[1, 1], prefix: &[], rows: Rows { arcs: (1, 1), most: 10 } }];
    let endless = |text: usize| {
        let mut walk = Walk::new(&starts, Scope::default());
        let value = Value::OctetString(vec![b'x'; text].into());
        for first in (0..).step_by(4) {
            if walk.is_done() {
                break;
            }
            let row = |number| VarBind::new(Oid::new([1, 1, number]), value.clone());
            walk.absorb(MAX_COLUMNS, (first..first + 4).map(row).collect());
        }
        walk.finish().remove(0).end
    };
    assert_eq!(endless(1), broken(Breach::Rows(10)));
    assert_eq!(endless(MOST_TEXT / 5), broken(Breach::Text));
}
