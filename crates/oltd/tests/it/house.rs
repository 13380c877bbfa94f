//! The rules of the house that no type can hold: they are read off the tree.
//!
//! Each rule is a function from files to offenders. It is run on the tree,
//! where it must find none, and on a sample that breaks the rule, where it must
//! find some.

mod circles;
mod crates;
mod docs;
mod names;
mod product;
mod tree;
mod words;

/// Fails with every offender on a line of its own.
#[track_caller]
fn assert_none(rule: &str, offenders: &[String]) {
    assert!(offenders.is_empty(), "{rule}:\n  {}", offenders.join("\n  "));
}
