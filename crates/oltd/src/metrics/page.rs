use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use zte::LatencyStats;

use super::families::{Family, Kind};

/// The answer to one scrape, while it is written.
pub(super) struct Page<'a>(DescriptorEncoder<'a>);

impl<'a> Page<'a> {
    pub(super) const fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self(encoder)
    }

    /// Describes a family, whether or not it has samples, and writes those it has.
    pub(super) fn family(
        &mut self,
        family: &Family,
        write: impl FnOnce(Samples<'_>) -> fmt::Result,
    ) -> fmt::Result {
        let (name, unit) = family.encoded();
        let encoder = self.0.encode_descriptor(name, family.help, unit.as_ref(), family.metric_type())?;
        write(Samples { family, encoder })
    }

    /// A family of one sample without labels, or of none.
    pub(super) fn single(&mut self, family: &Family, value: Option<u64>) -> fmt::Result {
        self.family(family, |mut samples| value.map_or(Ok(()), |value| samples.count(&[], value)))
    }
}

/// The samples of one family. Values of labels are given in the order in which
/// the family names them.
pub(super) struct Samples<'a> {
    family: &'a Family,
    encoder: MetricEncoder<'a>,
}

impl Samples<'_> {
    /// A whole number.
    pub(super) fn count(&mut self, values: &[&str], value: u64) -> fmt::Result {
        let labels = self.labels(values);
        let mut encoder = self.encoder.encode_family(&labels)?;
        match self.family.kind {
            Kind::Counter => encoder.encode_counter::<NoLabelSet, _, f64>(&value, None),
            _ => encoder.encode_gauge(&value),
        }
    }

    /// A number with a fraction, for example of seconds.
    pub(super) fn number(&mut self, values: &[&str], value: f64) -> fmt::Result {
        let labels = self.labels(values);
        let mut encoder = self.encoder.encode_family(&labels)?;
        match self.family.kind {
            Kind::Counter => encoder.encode_counter::<NoLabelSet, _, f64>(&value, None),
            _ => encoder.encode_gauge(&value),
        }
    }

    /// A histogram of times.
    pub(super) fn latency(&mut self, values: &[&str], latency: &LatencyStats) -> fmt::Result {
        let labels = self.labels(values);
        let bounds = LatencyStats::BOUNDS.iter().map(Duration::as_secs_f64).chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(latency.counts).collect();
        let mut encoder = self.encoder.encode_family(&labels)?;
        encoder.encode_histogram::<NoLabelSet>(latency.sum.as_secs_f64(), latency.count(), &buckets, None)
    }

    /// A sample that says by its labels what it says.
    pub(super) fn info(&mut self, values: &[&str]) -> fmt::Result {
        let labels = self.labels(values);
        self.encoder.encode_info(&labels)
    }

    /// All samples of what is counted with labels of its own.
    pub(super) fn of(self, metric: &impl EncodeMetric) -> fmt::Result {
        metric.encode(self.encoder)
    }

    fn labels<'v>(&self, values: &[&'v str]) -> Vec<(&'static str, &'v str)> {
        debug_assert_eq!(self.family.labels.len(), values.len(), "{}", self.family.name);
        self.family.labels.iter().copied().zip(values.iter().copied()).collect()
    }
}
