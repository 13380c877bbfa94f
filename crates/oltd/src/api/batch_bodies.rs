//! What batches are asked for with.

use gpon::{ExpectedSerial, OnRefusal, PlainText, RebootVia, WaitFor};

use super::batch_filter::Filter;
use super::callbacks::CallbackUrl;
use super::onu_management::Which;
use super::register::Wished;
use crate::http::body::{LossName, Moment, OltName, Reference, Whole, body};

body! {
    /// Which of many ONUs is meant.
    pub(super) part struct One {
        /// Its OLT; left out below an OLT's tree, and where the ONU is looked for by its serial number.
        pub(super) olt: Option<OltName>,
        /// Which.
        pub(super) which: Which,
        /// The serial number of the ONU that has to stand there.
        pub(super) expect_serial: Option<ExpectedSerial>,
        /// What the caller calls it, to be told again.
        pub(super) r#ref: Option<Reference>,
    }
}

body! {
    /// An ONU among many: by its place, by its serial number, or by both.
    pub(super) struct Meant {
        /// Which.
        pub(super) one: One,
    }
}

body! {
    /// What an ONU among many is called.
    pub(super) struct Named {
        /// Which.
        pub(super) one: One,
        /// Its description; it stays as it is where none is named.
        pub(super) description: Option<PlainText>,
        /// Its name; it stays as it is where none is named.
        pub(super) name: Option<PlainText>,
    }
}

body! {
    /// What holds for all targets.
    pub(super) part struct ForAll {
        /// What is done about what was done already to an ONU when the OLT refuses a part.
        pub(super) on_refusal: Option<OnRefusal>,
        /// What may be lost that cannot be brought back, by the names that an answer told.
        pub(super) accept_loss: Option<Vec<LossName>>,
        /// When it begins at the earliest.
        pub(super) not_before: Option<Moment>,
        /// Until when targets are tried whose OLT cannot be reached or is held; none begins later.
        pub(super) until: Option<Moment>,
        /// How many targets there have to be; required with a filter.
        pub(super) expect: Option<Whole<1, 5000>>,
        /// The URL that the end of the batch is told to (docs/callbacks.md).
        pub(super) callback_url: Option<CallbackUrl>,
    }
}

body! {
    /// Many ONUs.
    pub(super) struct Many {
        /// The ONUs, which are taken in this order at each OLT.
        #[also("onus")]
        pub(super) targets: Option<Vec<Meant>>,
        /// Which ONUs, instead of naming them; it needs `expect`.
        pub(super) filter: Option<Filter>,
        /// All.
        pub(super) all: ForAll,
    }
}

body! {
    /// Many ONUs to restart.
    pub(super) struct ManyReboots {
        /// The ONUs, which are taken in this order at each OLT.
        #[also("onus")]
        pub(super) targets: Option<Vec<Meant>>,
        /// Which ONUs, instead of naming them; it needs `expect`.
        pub(super) filter: Option<Filter>,
        /// By which way they are restarted; `omci` unless it is named.
        pub(super) via: Option<RebootVia>,
        /// All.
        pub(super) all: ForAll,
    }
}

body! {
    /// What many ONUs are called.
    pub(super) struct ManyNames {
        /// The ONUs, which are taken in this order at each OLT.
        #[also("onus")]
        pub(super) targets: Vec<Named>,
        /// All.
        pub(super) all: ForAll,
    }
}

body! {
    /// An ONU among many that are to be in service.
    pub(super) struct Registered {
        /// Its OLT; left out below an OLT's tree, and where one alone is configured.
        pub(super) olt: Option<OltName>,
        /// The ONU.
        pub(super) wished: Wished,
        /// How far the ONU has to come before its target has ended; `configured` unless it is named.
        pub(super) wait_for: Option<WaitFor>,
    }
}

body! {
    /// Many ONUs to put into service.
    pub(super) struct ManyRegistrations {
        /// The ONUs, which are taken in this order at each OLT.
        #[also("onus")]
        pub(super) targets: Vec<Registered>,
        /// All.
        pub(super) all: ForAll,
    }
}

body! {
    /// Many ONUs to suspend.
    pub(super) struct ManySuspensions {
        /// The ONUs, which are taken in this order at each OLT.
        #[also("onus")]
        pub(super) targets: Option<Vec<Meant>>,
        /// Which ONUs, instead of naming them; it needs `expect`.
        pub(super) filter: Option<Filter>,
        /// Why, for whoever finds them so.
        pub(super) reason: Reference,
        /// Whose holds they are: of the token unless it is named, of `anonymous` where none is asked for.
        pub(super) owner: Option<Reference>,
        /// All.
        pub(super) all: ForAll,
    }
}

body! {
    /// Many ONUs to resume.
    pub(super) struct ManyResumptions {
        /// The ONUs, which are taken in this order at each OLT.
        #[also("onus")]
        pub(super) targets: Option<Vec<Meant>>,
        /// Which ONUs, instead of naming them; it needs `expect`.
        pub(super) filter: Option<Filter>,
        /// Whose holds are lifted: of the token unless it is named, of `anonymous` where none is asked for.
        pub(super) owner: Option<Reference>,
        /// All.
        pub(super) all: ForAll,
    }
}
