//! How much one client may ask: a bucket of requests that fills again by itself.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::callers::Caller;
use super::client;
use super::rules::Rate;
use super::{ErrorCode, Failure};

/// Clients that are told apart, about 400 bytes each. The one that was quiet
/// for longest makes way for a new one, which starts with a full bucket: to gain
/// by that, a client must ask from as many addresses as this in a second or two.
const CLIENTS: u64 = 16_384;
/// A bucket that nobody touched for so long, and that is full again, is forgotten.
const QUIET: Duration = Duration::from_secs(60);

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Who shares a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The holder of a token, by its name.
    Caller(Arc<str>),
    /// An address, or the first of a household's.
    Address(IpAddr),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl Key {
    pub(super) fn of(caller: Option<&Caller>, address: IpAddr) -> Self {
        match caller {
            Some(caller) => Self::Caller(Arc::clone(&caller.name)),
            None => Self::Address(client::household(address)),
        }
    }
}

type Bucket<C> = RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>;

/// The buckets of all clients.
pub(super) struct Limiter<C: Clock = DefaultClock> {
    rate: Rate,
    clock: C,
    buckets: Cache<Key, Arc<Bucket<C>>>,
    limit: HeaderValue,
}

/// What a client may still ask, for the headers of its answer.
#[derive(Debug, Clone)]
pub(super) struct Allowance {
    limit: HeaderValue,
    remaining: u32,
    /// Seconds until the bucket is full again.
    reset: u32,
}

impl Allowance {
    pub(super) fn write(self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, self.limit);
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(self.reset));
    }
}

impl Limiter {
    pub(super) fn new(rate: Rate) -> Self {
        Self::with_clock(rate, DefaultClock::default())
    }
}

impl<C> Limiter<C>
where
    C: Clock + Clone + Send + Sync + 'static,
    C::Instant: Send + Sync,
{
    fn with_clock(rate: Rate, clock: C) -> Self {
        let full = Duration::from_secs(u64::from(rate.burst.get().div_ceil(rate.per_second.get())));
        let buckets = Cache::builder()
            .max_capacity(CLIENTS)
            .eviction_policy(EvictionPolicy::lru())
            .time_to_idle(full.max(QUIET))
            .build();
        Self { rate, clock, buckets, limit: HeaderValue::from(rate.burst.get()) }
    }

    /// Takes one request out of the client's bucket.
    pub(super) fn take(&self, caller: Option<&Caller>, address: IpAddr) -> (Allowance, Result<(), Failure>) {
        let bucket = self.buckets.get_with(Key::of(caller, address), || Arc::new(self.bucket()));
        match bucket.check() {
            Ok(state) => (self.allowance(state.remaining_burst_capacity()), Ok(())),
            Err(not_yet) => {
                let wait = not_yet.wait_time_from(self.clock.now());
                (self.allowance(0), Err(self.refused(wait)))
            }
        }
    }

    fn bucket(&self) -> Bucket<C> {
        let quota = Quota::per_second(self.rate.per_second).allow_burst(self.rate.burst);
        RateLimiter::direct_with_clock(quota, self.clock.clone()).with_middleware()
    }

    fn allowance(&self, remaining: u32) -> Allowance {
        let missing = self.rate.burst.get().saturating_sub(remaining);
        let reset = missing.div_ceil(self.rate.per_second.get());
        Allowance { limit: self.limit.clone(), remaining, reset }
    }

    fn refused(&self, wait: Duration) -> Failure {
        let Rate { per_second, burst } = self.rate;
        let detail = format!("at most {per_second} requests a second, {burst} at once after a pause");
        Failure::new(ErrorCode::RateLimited, "Too many requests; ask again later.", detail).retry(wait)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use governor::clock::FakeRelativeClock;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn limiter(per_second: u32, burst: u32) -> (Limiter<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let number = |n| NonZeroU32::new(n).unwrap();
        let rate = Rate { per_second: number(per_second), burst: number(burst) };
        (Limiter::with_clock(rate, clock.clone()), clock)
    }

    fn take(limiter: &Limiter<FakeRelativeClock>, address: IpAddr) -> (u32, u32, Option<Duration>) {
        let (allowance, taken) = limiter.take(None, address);
        (allowance.remaining, allowance.reset, taken.err().map(|failure| failure.retry_after.unwrap()))
    }

    #[test]
    fn a_bucket_empties_and_fills() {
        let (limiter, clock) = limiter(2, 4);
        let taken: Vec<_> = (0..5).map(|_| take(&limiter, HOME)).collect();
        let half = Some(Duration::from_millis(500));
        assert_eq!(taken, [(3, 1, None), (2, 1, None), (1, 2, None), (0, 2, None), (0, 2, half)]);
        clock.advance(Duration::from_millis(499));
        assert_eq!(take(&limiter, HOME), (0, 2, Some(Duration::from_millis(1))));
        clock.advance(Duration::from_millis(1));
        assert_eq!(take(&limiter, HOME), (0, 2, None));
        clock.advance(Duration::from_secs(100));
        assert_eq!(take(&limiter, HOME), (3, 1, None), "never fuller than full");
    }

    #[test]
    fn clients_are_told_apart() {
        let (limiter, _) = limiter(1, 1);
        let caller = |name: &str| Caller { name: name.into(), write: false };
        assert!(limiter.take(None, HOME).1.is_ok());
        assert!(limiter.take(None, HOME).1.is_err());
        assert!(limiter.take(None, IpAddr::from([192, 0, 2, 2])).1.is_ok());
        assert!(limiter.take(Some(&caller("noc")), HOME).1.is_ok());
        assert!(limiter.take(Some(&caller("billing")), HOME).1.is_ok());
        assert!(
            limiter.take(Some(&caller("noc")), IpAddr::from([192, 0, 2, 3])).1.is_err(),
            "wherever it is"
        );
        let v6 = |text: &str| limiter.take(None, text.parse().unwrap()).1.is_ok();
        assert!(v6("2001:db8:0:1::1"));
        assert!(!v6("2001:db8:0:1:ffff::2"), "the same /64");
        assert!(v6("2001:db8:0:2::1"));
    }

    #[test]
    fn memory_is_bounded() {
        let (limiter, _) = limiter(1, 1);
        for client in 0..3 * CLIENTS as u32 {
            assert!(limiter.take(None, IpAddr::from(client.to_be_bytes())).1.is_ok());
        }
        limiter.buckets.run_pending_tasks();
        assert_eq!(limiter.buckets.entry_count(), CLIENTS);
        let last = 3 * CLIENTS as u32 - 1;
        assert!(limiter.take(None, IpAddr::from(last.to_be_bytes())).1.is_err(), "newcomers are limited too");
    }
}
