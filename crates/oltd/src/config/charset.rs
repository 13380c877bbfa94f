use std::borrow::Cow;

use super::value::Rule;
use crate::charset::Charset;

impl Rule for Charset {
    fn rule() -> Cow<'static, str> {
        "the name of a character set that holds ASCII, such as utf-8, gbk or windows-1251".into()
    }

    fn read(text: &str) -> Option<Self> {
        Self::of_label(text).filter(|_| text.trim() == text)
    }
}
