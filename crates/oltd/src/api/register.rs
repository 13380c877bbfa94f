use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use gpon::{
    Credential, OnConflict, OnRefusal, OnuId, OnuService, PlainText, PonPort, Registration, SerialNumber,
    TypeChoice, UniPort, UserVlan, VlanId, WaitFor, Wan, WanMode, Word,
};

use super::callbacks::CallbackUrl;
use super::outcome::{About, Planned, WriteOrPlan, answer};
use super::writing::{Writing, knows_strategy};
use crate::http::body::{Body, LossName, Reference, WanWord, Whole, body};
use crate::http::openapi::{HowToWrite, RegisterFailures, Registered};
use crate::http::{ErrorCode, Failure, Written};
use crate::jobs::Acceptance;
use crate::writing::Extent;

body! {
    /// The service of an ONU that has one.
    pub(super) struct Profile {
        /// The profile of its bandwidth upstream.
        #[also("dba_profile_name")]
        dba_profile: Word,
        /// Its VLAN on the network's side; with `svlan` the inner one.
        vlan: VlanId,
        /// Its VLAN on the customer's side; the same one where none is named.
        user_vlan: Option<UserVlan>,
        /// Its outer VLAN on the network's side.
        svlan: Option<VlanId>,
        /// The traffic profile that limits it downstream.
        traffic_profile: Option<Word>,
    }
}

body! {
    /// The traffic profiles that limit a GEM port.
    pub(super) struct Limit {
        /// Upstream.
        upstream: Option<Word>,
        /// Downstream.
        downstream: Option<Word>,
    }
}

body! {
    /// A service of an ONU.
    pub(super) struct Service {
        /// What it is called in the ONU; its number where nothing is named.
        name: Option<Word>,
        /// The profile of its bandwidth upstream; services of one profile share a T-CONT.
        #[also("dba_profile_name", "profile")]
        dba_profile: Word,
        /// Its VLAN on the network's side; with `svlan` the inner one.
        vlan: VlanId,
        /// Its VLAN on the customer's side; the same one where none is named.
        user_vlan: Option<UserVlan>,
        /// Its outer VLAN on the network's side.
        svlan: Option<VlanId>,
        /// Its class of service.
        priority: Option<Whole<0, 7>>,
        /// The traffic profile that limits it downstream.
        traffic_profile: Option<Word>,
        /// The traffic profiles that limit it both ways.
        traffic_limit: Option<Limit>,
        /// The ports of the ONU that carry it; those of the strategy where none are named.
        ports: Option<Vec<UniPort>>,
    }
}

body! {
    /// The WAN of an ONU that is a router.
    pub(super) struct WanOf {
        /// How it gets its address.
        mode: WanWord,
        /// The login, for `pppoe`.
        username: Option<Credential>,
        /// Its password, for `pppoe`.
        password: Option<Credential>,
        /// The address, for `static`.
        ip_address: Option<Ipv4Addr>,
        /// Its mask, for `static`.
        mask: Option<Ipv4Addr>,
        /// The ONU IP profile that names gateway and name servers, for `static`.
        ip_profile: Option<Word>,
        /// The ONU VLAN profile; the only one of the first service's VLAN where none is named.
        vlan_profile: Option<Word>,
    }
}

body! {
    /// An ONU that is to be in service.
    pub(super) part struct Wished {
        /// The PON port that its box is on.
        pon_port: PonPort,
        /// Its number there; the lowest free one where none is named.
        onu_id: Option<OnuId>,
        /// Its serial number.
        serial_number: SerialNumber,
        /// Its type; `auto` takes the one that the configuration names for the model of the box.
        onu_type: TypeChoice,
        /// Its name.
        name: Option<PlainText>,
        /// Its description.
        description: Option<PlainText>,
        /// How it is configured; chosen by its type and serial number where nothing is named.
        strategy: Option<Word>,
        /// Its service, where it has one.
        profile: Option<Profile>,
        /// Its services, where it has several; behind that of `profile`.
        services: Option<Vec<Service>>,
        /// Its WAN, where it is a router.
        wan: Option<WanOf>,
        /// What is done where its serial number is registered on another PON port of the OLT;
        /// `refuse` unless it is named. Another way of configuring it on its own port, and a number
        /// that is in use, are refused in any case.
        on_conflict: Option<OnConflict>,
        /// What the caller calls it, to be told again.
        r#ref: Option<Reference>,
    }
}

body! {
    /// The ONU to put into service.
    pub(super) struct Register {
        /// The ONU.
        wished: Wished,
        /// How far the ONU has to come before the answer; `configured` unless it is named.
        wait_for: Option<WaitFor>,
        /// What is done about what was done already when the OLT refuses a part.
        on_refusal: Option<OnRefusal>,
        /// What may be lost of an ONU that is taken over, by the names that an answer told.
        accept_loss: Option<Vec<LossName>>,
        /// The URL that the end of the job is told to (docs/callbacks.md).
        callback_url: Option<CallbackUrl>,
    }
}

fn invalid(field: &str, rule: &str) -> Failure {
    Failure::new(
        ErrorCode::InvalidParameter,
        format!("The field {field} is not valid: {rule}."),
        format!("{field}: {rule}"),
    )
}

/// The service that `profile` names.
fn of_profile(profile: Profile) -> OnuService {
    let Profile { dba_profile, vlan, user_vlan, svlan, traffic_profile } = profile;
    OnuService {
        name: None,
        dba_profile,
        upstream: None,
        downstream: traffic_profile,
        vlan,
        svlan,
        user_vlan: user_vlan.unwrap_or_default(),
        cos: None,
        ports: None,
    }
}

fn of_service(at: usize, service: Service) -> Result<OnuService, Failure> {
    let limit = service.traffic_limit.unwrap_or(Limit { upstream: None, downstream: None });
    if service.traffic_profile.is_some() && limit.downstream.is_some() {
        let rule = "it stands there as traffic_profile too";
        return Err(invalid(&format!("services[{at}].traffic_limit.downstream"), rule));
    }
    Ok(OnuService {
        name: service.name,
        dba_profile: service.dba_profile,
        upstream: limit.upstream,
        downstream: limit.downstream.or(service.traffic_profile),
        vlan: service.vlan,
        svlan: service.svlan,
        user_vlan: service.user_vlan.unwrap_or_default(),
        cos: service.priority.and_then(|Whole(cos)| u8::try_from(cos).ok()),
        ports: service.ports,
    })
}

/// Whether a host can have this address in a network of this mask.
fn is_of_a_host(address: Ipv4Addr, mask: Ipv4Addr) -> Result<(), Failure> {
    let (bits, mask) = (address.to_bits(), mask.to_bits());
    if mask.leading_ones() + mask.trailing_zeros() != 32 || !(1..=30).contains(&mask.leading_ones()) {
        return Err(invalid("wan.mask", "1 to 30 bits, all of them before the rest: 255.255.255.0"));
    }
    let what = match address {
        _ if address.is_loopback() => "a loopback address",
        _ if address.is_multicast() => "a multicast address",
        _ if address.octets()[0] == 0 || address.octets()[0] >= 240 => "no address of a host",
        _ if bits & !mask == 0 => "the address of its network itself",
        _ if bits & !mask == !mask => "the broadcast address of its network",
        _ => return Ok(()),
    };
    Err(invalid("wan.ip_address", &format!("{address} is {what}")))
}

fn of_wan(wan: WanOf) -> Result<Wan, Failure> {
    let WanOf { mode, username, password, ip_address, mask, ip_profile, vlan_profile } = wan;
    let needed = |field: &str, mode: &str| {
        invalid(&format!("wan.{field}"), &format!("it is required with mode {mode}"))
    };
    let no = |field: &str, mode: &str| {
        Err(invalid(&format!("wan.{field}"), &format!("it is not for mode {mode}")))
    };
    let login = username.is_some() || password.is_some();
    let fixed = ip_address.is_some() || mask.is_some() || ip_profile.is_some();
    let mode = match mode {
        WanWord::Pppoe if fixed => return no("ip_address", "pppoe"),
        WanWord::Dhcp if login => return no("username", "dhcp"),
        WanWord::Dhcp if fixed => return no("ip_address", "dhcp"),
        WanWord::Static if login => return no("username", "static"),
        WanWord::Pppoe => WanMode::Pppoe {
            username: username.ok_or_else(|| needed("username", "pppoe"))?,
            password: password.ok_or_else(|| needed("password", "pppoe"))?,
        },
        WanWord::Dhcp => WanMode::Dhcp,
        WanWord::Static => {
            let address = ip_address.ok_or_else(|| needed("ip_address", "static"))?;
            let mask = mask.ok_or_else(|| needed("mask", "static"))?;
            let ip_profile = ip_profile.ok_or_else(|| needed("ip_profile", "static"))?;
            is_of_a_host(address, mask)?;
            WanMode::Static { address, mask, ip_profile }
        }
    };
    Ok(Wan { mode, vlan_profile })
}

/// What a body wishes.
pub(super) fn wished(
    body: Wished,
    on_refusal: OnRefusal,
    accept_loss: BTreeSet<String>,
) -> Result<(Registration, Option<String>), Failure> {
    let own = body.services.unwrap_or_default().into_iter().enumerate();
    let own = own.map(|(at, service)| of_service(at, service)).collect::<Result<Vec<_>, _>>()?;
    let services: Vec<OnuService> = body.profile.map(of_profile).into_iter().chain(own).collect();
    if services.len() > Registration::MOST_SERVICES {
        return Err(invalid("services", &format!("at most {} services", Registration::MOST_SERVICES)));
    }
    let mut ports: Vec<&UniPort> =
        services.iter().flat_map(|service| service.ports.iter().flatten()).collect();
    let all = ports.len();
    ports.sort();
    ports.dedup();
    if ports.len() < all {
        return Err(invalid("services", "a port of the ONU carries one service"));
    }
    let mut names: Vec<String> = Vec::new();
    for (at, service) in services.iter().enumerate() {
        let name = service.name.as_ref().map_or_else(|| (at + 1).to_string(), ToString::to_string);
        if names.contains(&name) {
            return Err(invalid("services", "two services have the same name"));
        }
        names.push(name);
    }
    let mut pairs: Vec<_> = services.iter().map(|service| (service.onu_vlan(), service.vlan)).collect();
    pairs.sort();
    pairs.dedup();
    if pairs.len() < services.len() {
        return Err(invalid("services", "two services have the same VLANs on both sides"));
    }
    if body.wan.is_some() && services.is_empty() {
        return Err(invalid("wan", "a WAN needs a service: profile, or services"));
    }
    let wish = Registration {
        pon: body.pon_port,
        id: body.onu_id,
        serial: body.serial_number,
        onu_type: body.onu_type,
        name: body.name,
        description: body.description,
        strategy: body.strategy,
        services,
        wan: body.wan.map(of_wan).transpose()?,
        on_refusal,
        on_conflict: body.on_conflict.unwrap_or_default(),
        accept_loss,
    };
    let reference = body.r#ref.map(|Reference(reference)| reference);
    Ok((wish, reference))
}

/// Puts an ONU into service.
///
/// It is authorised, named, and gets its T-CONT, GEM port, service port and what the ONU
/// itself needs, in the order of its strategy. One that is registered on that PON already
/// gets only what it lacks; one that is configured in another way is left alone. One that is
/// registered on another PON port and offline there can be taken over: it is deleted there and
/// registered here, both or neither.
#[utoipa::path(
    post, path = "/onu/register", operation_id = "register_onu", tag = "ONU life cycle",
    params(HowToWrite), request_body = Register,
    responses(Registered<WriteOrPlan>, RegisterFailures),
)]
pub(super) async fn register(mut writing: Writing, body: Body<Register>) -> Result<Written, Failure> {
    let Register { wished: wish, wait_for, on_refusal, accept_loss, callback_url } = body.value;
    let losses = accept_loss.into_iter().flatten().map(|LossName(name)| name).collect();
    let (wish, reference) = wished(wish, on_refusal.unwrap_or_default(), losses)?;
    let wait_for = wait_for.unwrap_or_default();
    writing.call_back(callback_url).await?;
    if let Some(answer) = writing.again(&body.ignored).await? {
        return Ok(answer);
    }
    let target = writing.to(Extent::Pon(wish.pon), &[])?;
    let act = act(&wish);
    // What could never begin becomes no job.
    knows_strategy(target.chosen(), &wish, &act)?;
    if target.dry_run {
        return Planned::from(target.plan_registration(&wish).await?).answer(&body.ignored);
    }
    let olt = target.chosen().clone();
    let acceptance = Acceptance { wait_for, at_most: olt.site().accept_wait, limits: *olt.limits() };
    let about = About { olt: target.olt().to_owned(), act, at: None, reference: reference.clone() };
    answer(target.register(wish, acceptance, reference).await?, &olt, &about, &body.ignored).await
}

/// What is done, in words.
pub(super) fn act(wish: &Registration) -> String {
    format!("register ONU {} on PON {}", wish.serial, wish.pon)
}
