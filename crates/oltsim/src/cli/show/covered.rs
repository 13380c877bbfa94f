//! Whether every sample of a device has a command here that prints its like.

use super::SHOWS;

/// What may be left out stands at the end, so that a syntax is its words and
/// how many of them are needed.
fn matches(syntax: &str, command: &str) -> bool {
    let needed = syntax.split('[').next().unwrap_or_default().split_whitespace().count();
    let syntax = syntax.replace(['[', ']'], " ");
    let places: Vec<&str> = syntax.split_whitespace().collect();
    let words: Vec<&str> = command.split_whitespace().collect();
    let fits = places.last() == Some(&"<rest>") || words.len() <= places.len();
    fits && words.len() >= needed && places.iter().zip(&words).all(|(place, word)| takes(place, word))
}

fn takes(place: &str, word: &str) -> bool {
    match place {
        "<pon>" => word.strip_prefix("gpon-olt_").is_some_and(|at| at.split('/').count() == 3),
        "<slot>" => word.strip_prefix("gpon-olt_").is_some_and(|at| at.split('/').count() == 2),
        "<onu>" => word.strip_prefix("gpon-onu_").is_some_and(|at| at.contains(':')),
        "<uplink>" => word.starts_with("gei_") || word.starts_with("xgei_"),
        "<word>" | "<rest>" => true,
        "<ids>" => word.split('-').all(|id| id.parse::<u8>().is_ok()),
        _ => match place.strip_prefix('<').and_then(|range| range.strip_suffix('>')) {
            None => place == word,
            Some(range) => {
                let (low, high) = range.split_once('-').unwrap();
                let (low, high): (u32, u32) = (low.parse().unwrap(), high.parse().unwrap());
                word.parse().is_ok_and(|number| (low..=high).contains(&number))
            }
        },
    }
}

#[test]
fn every_sample_has_a_command() {
    let index: toml::Table = super::fixture::fixture("index.toml").parse().unwrap();
    let samples = index["sample"].as_array().unwrap();
    assert!(!samples.is_empty());
    let syntaxes: Vec<&str> = SHOWS.iter().copied().flatten().map(|command| command.syntax).collect();
    for sample in samples {
        let command = sample["command"].as_str().unwrap();
        let known = syntaxes.iter().any(|syntax| matches(syntax, command));
        assert!(known, "nothing prints {command:?}");
    }
}

#[test]
fn matches_words_and_places() {
    assert!(matches("show onu-type [gpon [<word>]]", "show onu-type"));
    assert!(matches("show onu-type [gpon [<word>]]", "show onu-type gpon F660"));
    assert!(!matches("show onu-type [gpon [<word>]]", "show onu-type gpon F660 x"));
    assert!(matches("show vlan <1-4094>", "show vlan 4094"));
    assert!(!matches("show vlan <1-4094>", "show vlan summary"));
    assert!(!matches("show interface <pon>", "show interface gpon-onu_1/1/1:1"));
}
