//! The shape of a stored reading: what stands in it, in which order.
//!
//! A stored reading carries no names, so a build reads what another one has
//! stored by the order of fields and variants alone. A deserializer that is asked
//! for a value learns that order, whatever the type; it answers with values that
//! the types accept.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::de::value::U32Deserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, SeqAccess, VariantAccess, Visitor,
};

/// Texts that types with a spelling of their own accept.
const TEXTS: [&str; 4] = ["1/1/1", "ZTEG00000001", "2026-11-22T00:32:58", "text"];
/// More rounds than a type has variants and texts.
const ROUNDS: usize = 10_000;

/// The shapes of the named types that `T` is made of, by their names.
pub(super) fn of<T: DeserializeOwned>() -> BTreeMap<String, String> {
    let mut learnt = Learnt::default();
    for _ in 0..ROUNDS {
        learnt.text = 0;
        let mut shape = String::new();
        match T::deserialize(Tracer { learnt: &mut learnt, shape: &mut shape }) {
            Err(Wrong(why)) => {
                // The text that was given last is what the type did not accept.
                let last = learnt.text.checked_sub(1).unwrap_or_else(|| panic!("{why}"));
                // What would follow was chosen for another one.
                learnt.texts.truncate(learnt.text);
                let chosen = &mut learnt.texts[last];
                *chosen += 1;
                assert!(*chosen < TEXTS.len(), "no text is accepted after {shape}: {why}");
            }
            Ok(_) if learnt.next_variants() => learnt.texts.clear(),
            Ok(_) => return learnt.shapes,
        }
    }
    panic!("there is no end to its variants");
}

#[derive(Default)]
struct Learnt {
    shapes: BTreeMap<String, String>,
    /// How many variants an enumeration has, and which one is looked at.
    variants: HashMap<&'static str, (usize, usize)>,
    /// The text that is given at each place, and the place that is next.
    texts: Vec<usize>,
    text: usize,
}

impl Learnt {
    /// Goes on to the next variants, where some are left.
    fn next_variants(&mut self) -> bool {
        self.variants.values_mut().fold(false, |left, (all, variant)| {
            *variant += 1;
            left | (variant < all)
        })
    }

    fn note(&mut self, name: impl Into<String>, shape: String) {
        let (name, known) = (name.into(), shape.clone());
        let before = self.shapes.insert(name.clone(), shape);
        assert!(before.is_none_or(|before| before == known), "two types are called {name}");
    }
}

struct Tracer<'a> {
    learnt: &'a mut Learnt,
    /// What stands here.
    shape: &'a mut String,
}

impl Tracer<'_> {
    fn inner<'b>(&'b mut self, shape: &'b mut String) -> Tracer<'b> {
        Tracer { learnt: self.learnt, shape }
    }
}

#[derive(Debug)]
struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

/// Values of one kind, all the same: 1 is an id, a number of a VLAN, and so on.
macro_rules! plain {
    ($($method:ident $visit:ident $value:expr, $word:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            self.shape.push_str($word);
            visitor.$visit($value)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Tracer<'_> {
    type Error = Wrong;

    /// As the store's encoding is not.
    fn is_human_readable(&self) -> bool {
        false
    }

    plain! {
        deserialize_bool visit_bool true, "bool";
        deserialize_i8 visit_i8 1, "i8";
        deserialize_i16 visit_i16 1, "i16";
        deserialize_i32 visit_i32 1, "i32";
        deserialize_i64 visit_i64 1, "i64";
        deserialize_u8 visit_u8 1, "u8";
        deserialize_u16 visit_u16 1, "u16";
        deserialize_u32 visit_u32 1, "u32";
        deserialize_u64 visit_u64 1, "u64";
        deserialize_f32 visit_f32 1.0, "f32";
        deserialize_f64 visit_f64 1.0, "f64";
        deserialize_char visit_char 'a', "char";
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.shape.push_str("text");
        let at = self.learnt.text;
        self.learnt.text += 1;
        if self.learnt.texts.len() <= at {
            self.learnt.texts.push(0);
        }
        visitor.visit_str(TEXTS[self.learnt.texts[at]])
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.shape.push('?');
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let mut shape = String::new();
        let value = visitor.visit_newtype_struct(self.inner(&mut shape))?;
        self.learnt.note(name, shape);
        self.shape.push_str(name);
        Ok(value)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Wrong> {
        let mut shape = String::new();
        let value = visitor.visit_seq(Parts { tracer: self.inner(&mut shape), names: &[""], next: 0 })?;
        self.shape.push_str(&format!("[{}]", shape.trim()));
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(mut self, parts: usize, visitor: V) -> Result<V::Value, Wrong> {
        let (mut shape, names) = (String::new(), vec![""; parts]);
        let value = visitor.visit_seq(Parts { tracer: self.inner(&mut shape), names: &names, next: 0 })?;
        self.shape.push_str(&format!("({})", shape.trim()));
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let mut shape = String::new();
        let value = visitor.visit_seq(Parts { tracer: self.inner(&mut shape), names: fields, next: 0 })?;
        self.learnt.note(name, shape);
        self.shape.push_str(name);
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.learnt.note(name, variants.join(" | "));
        self.shape.push_str(name);
        // The first again once all were looked at.
        let variant = self.learnt.variants.entry(name).or_insert((variants.len(), 0)).1 % variants.len();
        let mut shape = String::new();
        let value = visitor.visit_enum(Variant { tracer: self.inner(&mut shape), variant })?;
        if !shape.is_empty() {
            self.learnt.note(format!("{name}::{}", variants[variant]), shape);
        }
        Ok(value)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Wrong> {
        panic!("the store's encoding has no types: {}", self.shape);
    }

    serde::forward_to_deserialize_any! {
        i128 u128 bytes byte_buf unit unit_struct tuple_struct map identifier ignored_any
    }
}

/// What a sequence, or a struct with these fields, is made of.
struct Parts<'a> {
    tracer: Tracer<'a>,
    names: &'a [&'static str],
    next: usize,
}

impl<'de> SeqAccess<'de> for Parts<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(name) = self.names.get(self.next) else { return Ok(None) };
        self.next += 1;
        let mut shape = String::new();
        let value = seed.deserialize(Tracer { learnt: self.tracer.learnt, shape: &mut shape })?;
        let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
        let before = if self.tracer.shape.is_empty() { "" } else { ", " };
        self.tracer.shape.push_str(&format!("{before}{name}{shape}"));
        Ok(Some(value))
    }
}

struct Variant<'a> {
    tracer: Tracer<'a>,
    variant: usize,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Wrong;
    type Variant = Tracer<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Tracer<'a>), Wrong> {
        let number: U32Deserializer<Wrong> = u32::try_from(self.variant).unwrap().into_deserializer();
        Ok((seed.deserialize(number)?, self.tracer))
    }
}

impl<'de> VariantAccess<'de> for Tracer<'_> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, parts: usize, visitor: V) -> Result<V::Value, Wrong> {
        de::Deserializer::deserialize_tuple(self, parts, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_seq(Parts { tracer: self, names: fields, next: 0 })
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::of;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    enum Colour {
        Red,
        Mixed { of: (u8, u8), name: Option<String> },
        Other(i32),
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Box {
        at: gpon::PonPort,
        colours: Vec<Colour>,
    }

    #[test]
    fn everything_that_is_stored_is_part_of_the_shape() {
        let shapes: Vec<_> =
            of::<Box>().into_iter().map(|(name, shape)| format!("{name} = {shape}")).collect();
        assert_eq!(
            shapes,
            [
                "Box = at: text, colours: [Colour]",
                "Colour = Red | Mixed | Other",
                "Colour::Mixed = of: (u8, u8), name: ?text",
                "Colour::Other = i32",
            ]
        );
    }
}
