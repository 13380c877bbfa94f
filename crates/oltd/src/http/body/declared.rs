//! How a body is declared.

/// Declares a body. Every field has its meaning, in words for the OpenAPI
/// document; `#[also("...")]` gives it more names, and `unused` lists the keys
/// that are accepted for the sake of old clients and do nothing.
///
/// `part struct` declares fields that several bodies have in common: a field of its
/// type stands for all of them, in its place.
macro_rules! body {
    (
        $(#[doc = $of_all:literal])+
        $vis:vis part struct $name:ident {
            $(
                $(#[doc = $meaning:literal])+
                $field_vis:vis $field:ident: $type:ty,
            )*
        }
    ) => {
        $(#[doc = $of_all])+
        #[derive(Debug)]
        $vis struct $name {
            $($(#[doc = $meaning])+ $field_vis $field: $type,)*
        }

        impl $crate::http::body::Part for $name {
            fn names(_: &'static [&'static str]) -> Vec<&'static [&'static str]> {
                [$(<$type as $crate::http::body::Part>::names(&[stringify!($field)])),*].concat()
            }

            fn read(
                object: &std::collections::BTreeMap<String, $crate::http::body::Json>,
                _: &[&str],
                reader: &mut $crate::http::body::Reader,
            ) -> Option<Self> {
                $(let $field = <$type as $crate::http::body::Part>::read(object, &[stringify!($field)], reader);)*
                Some(Self { $($field: $field?),* })
            }

            fn described(_: &'static [&'static str], _: &'static str) -> Vec<$crate::http::body::Described> {
                let parts = [$(<$type as $crate::http::body::Part>::described(
                    &[stringify!($field)],
                    concat!($($meaning),+),
                )),*];
                parts.into_iter().flatten().collect()
            }
        }
    };
    (
        $(#[doc = $of_all:literal])+
        $vis:vis struct $name:ident {
            $(
                $(#[doc = $meaning:literal])+
                $(#[also($($also:literal),+)])?
                $field_vis:vis $field:ident: $type:ty,
            )*
        }
        $(unused: $($unused:literal),+;)?
    ) => {
        $(#[doc = $of_all])+
        #[derive(Debug)]
        $vis struct $name {
            $($(#[doc = $meaning])+ $field_vis $field: $type,)*
        }

        impl $crate::http::body::Value for $name {
            fn read(
                json: &$crate::http::body::Json,
                reader: &mut $crate::http::body::Reader,
            ) -> Option<Self> {
                use $crate::http::body::Part;
                let names: &[Vec<&[&str]>] =
                    &[$(<$type as Part>::names(&[stringify!($field), $($($also),+)?])),*];
                let object = reader.object(json, &names.concat(), &[$($($unused),+)?])?;
                // All of them, before one that is wrong ends it.
                $(let $field =
                    <$type as Part>::read(object, &[stringify!($field), $($($also),+)?], reader);)*
                Some(Self { $($field: $field?),* })
            }

            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let fields = [$(<$type as $crate::http::body::Part>::described(
                    &[stringify!($field), $($($also),+)?],
                    concat!($($meaning),+),
                )),*];
                let fields = fields.into_iter().flatten().collect();
                $crate::http::body::schema(concat!($($of_all),+), fields, &[$($($unused),+)?])
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                <Self as $crate::http::body::Value>::schema()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use body;
