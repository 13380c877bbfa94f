use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use gpon::{Field, Problem, Reading};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::Failure;
use crate::cache::{Fresh, Held, Level, Rendered};
use crate::charset::replace_kept;
use crate::failure::status::{SUCCESS, words};

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Headers of a reading's answer, those that the edge adds among them.
const HEADERS: usize = 24;
const DATA_SOURCE: HeaderName = HeaderName::from_static("x-data-source");

/// What a handler answers.
pub(crate) type Answer = Result<View, Failure>;

/// A rendered answer and, for readings, its age.
#[derive(Debug)]
pub(crate) struct View {
    body: Arc<Rendered>,
    reading: Option<Aged>,
}

/// How old a reading is, and where it came from.
#[derive(Debug, Clone, Copy)]
struct Aged {
    age: Duration,
    /// How old it may become, for caches: they count its age in (RFC 9111, 4.2).
    oldest: Duration,
    live: bool,
    /// Whether nothing is missing because a request failed: what is partial is
    /// kept nowhere.
    whole: bool,
}

impl Aged {
    fn of<T>(fresh: &Fresh<T>) -> Self {
        let whole = !fresh.entry.reading().is_partial();
        Self { age: fresh.entry.age(), oldest: fresh.oldest, live: fresh.level == Level::Olt, whole }
    }
}

/// Leaves the body to the layer that knows what the client has and takes.
impl IntoResponse for View {
    fn into_response(self) -> Response {
        let mut response = SUCCESS.into_response();
        let headers = response.headers_mut();
        // Room for all that the edge adds, at once.
        headers.reserve(HEADERS);
        headers.insert(header::CONTENT_TYPE, JSON);
        if let Some(Aged { age, oldest, live, whole }) = self.reading {
            headers.insert(header::AGE, HeaderValue::from(age.as_secs()));
            headers.insert(DATA_SOURCE, HeaderValue::from_static(if live { "live" } else { "cache" }));
            if whole
                && let Ok(control) = HeaderValue::try_from(format!("private, max-age={}", oldest.as_secs()))
            {
                headers.insert(header::CACHE_CONTROL, control);
            }
        }
        response.extensions_mut().insert(self.body);
        response
    }
}

/// An answer that is no reading of an OLT.
pub(crate) fn plain(data: impl Serialize) -> Answer {
    Ok(View { body: Arc::new(Content::new(data).render(&[])?), reading: None })
}

/// A page of what is no reading of an OLT.
pub(crate) fn page(page: Page, rows: impl Serialize) -> Answer {
    let content = Content { page: Some(page), ..Content::new(rows) };
    Ok(View { body: Arc::new(content.render(&[])?), reading: None })
}

/// The answer to a change of ours, with a sentence about it.
pub(crate) fn done(data: impl Serialize, message: &str) -> Answer {
    let content = Content { message: Some(message), ..Content::new(data) };
    Ok(View { body: Arc::new(content.render(&[])?), reading: None })
}

impl<T: Held> Fresh<T> {
    /// What `data` makes of the reading's value, with parameters. It is rendered
    /// once for each of them: `data` must capture nothing.
    pub(crate) fn view<'a, P, D, F>(&'a self, parameters: P, data: F) -> Answer
    where
        P: Clone + PartialEq + Send + 'static,
        D: Serialize,
        F: FnOnce(&'a T, P) -> D + 'static,
    {
        self.kept(parameters, move |reading, parameters| Ok(Content::new(data(&reading.value, parameters))))
    }

    /// As [`Self::view`], for what cannot always be told.
    pub(crate) fn kept<'a, P, D, F>(&'a self, parameters: P, content: F) -> Answer
    where
        P: Clone + PartialEq + Send + 'static,
        D: Serialize,
        F: FnOnce(&'a Reading<T>, P) -> Result<Content<'a, D>, Failure> + 'static,
    {
        let body = self.entry.view(parameters, move |reading, parameters| {
            content(reading, parameters)?.render(&reading.problems)
        })?;
        Ok(View { body, reading: Some(Aged::of(self)) })
    }

    /// A view that is not kept.
    pub(crate) fn once<'a, D: Serialize>(&'a self, content: impl FnOnce(&'a T) -> Content<'a, D>) -> Answer {
        let reading = self.entry.reading();
        let body = Arc::new(content(&reading.value).render(&reading.problems)?);
        Ok(View { body, reading: Some(Aged::of(self)) })
    }
}

impl<T: 'static> Fresh<Vec<T>> {
    /// A view with one row for each of the reading's.
    pub(crate) fn list<'a, P, R, F>(&'a self, parameters: P, row: F) -> Answer
    where
        P: Clone + PartialEq + Send + 'static,
        R: Serialize,
        F: Fn(&'a T, &P) -> R + 'static,
    {
        self.view(parameters, move |rows, parameters| List { rows, parameters, row })
    }
}

/// Rows that are made one after the other while they are written: all at once they
/// would take more room than the reading.
struct List<'a, T, P, F> {
    rows: &'a [T],
    parameters: P,
    row: F,
}

impl<'a, T, P, R: Serialize, F: Fn(&'a T, &P) -> R> Serialize for List<'a, T, P, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(|one| (self.row)(one, &self.parameters)))
    }
}

impl View {
    /// The answer is also made of another reading: it is as old as the older, and live if either is.
    pub(crate) fn with<T>(mut self, other: &Fresh<T>) -> Self {
        let other = Aged::of(other);
        self.reading = self.reading.map(|one| Aged {
            age: one.age.max(other.age),
            oldest: one.oldest.min(other.oldest),
            live: one.live || other.live,
            whole: one.whole && other.whole,
        });
        self
    }
}

impl View {
    /// Part of the answer is missing although its reading is whole.
    pub(crate) fn incomplete(mut self) -> Self {
        self.reading = self.reading.map(|aged| Aged { whole: false, ..aged });
        self
    }
}

/// What stands in a successful answer.
#[derive(Debug)]
pub(crate) struct Content<'a, D> {
    pub(crate) page: Option<Page>,
    pub(crate) data: D,
    pub(crate) message: Option<&'a str>,
    /// Problems besides those of the reading.
    pub(crate) problems: Vec<Problem>,
    /// Whether the answer has nothing to do with a field, so that the reading's problems with it are not its own.
    pub(crate) leaves_out: fn(Field) -> bool,
    /// What the answer calls a field.
    pub(crate) called: fn(Field) -> &'static str,
}

impl<D: Serialize> Content<'_, D> {
    fn render(&self, problems: &[Problem]) -> Result<Rendered, Failure> {
        let mut body = Body {
            code: SUCCESS.as_u16(),
            status: words(SUCCESS),
            page: self.page,
            data: &self.data,
            message: self.message,
            partial: Vec::new(),
            unsupported: Vec::new(),
            problems: Vec::new(),
        };
        let inherited = problems.iter().filter(|problem| !(self.leaves_out)(problem.field()));
        for problem in inherited.chain(&self.problems) {
            let field = (self.called)(problem.field());
            match problem {
                Problem::Failed { reason, .. } | Problem::Uncertain { reason, .. } => {
                    body.partial.push(Missing { field, reason });
                }
                Problem::Unsupported { .. } if body.unsupported.contains(&field) => {}
                Problem::Unsupported { .. } => body.unsupported.push(field),
                Problem::Odd { reason, .. } => body.problems.push(Missing { field, reason }),
            }
        }
        serde_json::to_vec(&body).map(replace_kept).map(Rendered::new).map_err(Failure::internal)
    }
}

/// One page of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Page {
    /// Which page this is, from 1.
    pub(crate) page: u64,
    /// Rows of a page at most.
    pub(crate) limit: u64,
    /// How many pages there are.
    pub(crate) page_count: u64,
    /// Rows of all pages.
    pub(crate) total_rows: u64,
}

#[derive(Serialize)]
struct Body<'a, D> {
    code: u16,
    status: &'a str,
    #[serde(flatten)]
    page: Option<Page>,
    data: &'a D,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    partial: Vec<Missing<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsupported: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Missing<'a>>,
}

/// What is missing or odd, and why.
#[derive(Serialize, ToSchema)]
pub(super) struct Missing<'a> {
    /// A field of `data`, or what the reason is about.
    field: &'a str,
    /// One sentence.
    reason: &'a str,
}
