//! Profiles and types of ONUs (fact sheet, CLI §5.4).

use crate::terminal::{Terminal, with_cli};

#[tokio::test]
async fn profiles_are_made_changed_and_removed() {
    let simulator = with_cli("width = 512").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.all(&["terminal length 0"]).await;
    terminal.enter("gpon").await;
    let made = [
        "profile tcont A type 1 fixed 1024",
        "profile tcont B type 2 assured 1024",
        "profile tcont C type 3 assured 1024 maximum 2048",
        "profile tcont D type 4 maximum 2048",
        "profile tcont E type 5 fixed 64 assured 1024 maximum 2048",
        "profile traffic T sir 1024 pir 2048",
        "profile traffic U sir 1024 pir 2048 cbs 64 pbs 128",
        "onu profile vlan V tag-mode tag cvlan 100 pri 7",
        "onu profile ip I gateway 192.0.2.1 primary-dns 192.0.2.53 second-dns 192.0.2.54",
    ];
    for line in made {
        assert_eq!(terminal.tell(line).await, "[Successful]\n", "{line}");
    }
    let shown = terminal.tell("show running-config").await;
    for line in made {
        assert!(shown.contains(&format!("\n  {line}\n")), "{line}: {shown}");
    }
    terminal.all(&["profile tcont D type 4 maximum 4096"]).await;
    assert!(terminal.tell("show running-config").await.contains("profile tcont D type 4 maximum 4096\n"));
    for line in [
        "profile tcont F type 4 fixed 64",
        "profile tcont F type 1 fixed 63",
        "profile tcont F type 6 fixed 64",
    ] {
        assert!(terminal.tell(line).await.contains("%Error 202"), "{line}");
    }
    let in_use = "%Code 99999-OLTSIM : The profile is in use.\n";
    for line in ["no profile tcont UP-10M", "no profile traffic DOWN-50M", "no onu profile vlan PPPOE"] {
        assert_eq!(terminal.tell(line).await, in_use, "{line}");
    }
    terminal.all(&["no profile tcont A", "no profile traffic T", "no onu profile vlan V"]).await;
    assert_eq!(terminal.tell("no profile tcont A").await, "%Code 62397-GPONSRV: The entry is not existed.\n");
    // An ONU may use it at once.
    terminal.enter("interface gpon-onu_1/1/1:1").await;
    terminal.all(&["tcont 1 profile D"]).await;
}

#[tokio::test]
async fn types_are_made_and_can_be_registered() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter("pon").await;
    terminal
        .all(&[
            "onu-type ALL-ONT gpon description 4ETH,2POTS",
            "onu-type ALL-ONT gpon max-tcont 8",
            "onu-type-if ALL-ONT eth_0/1-4",
        ])
        .await;
    let shown = terminal.tell("show onu-type gpon ALL-ONT").await;
    assert!(shown.contains("Description:            4ETH,2POTS\n"), "{shown}");
    terminal.enter("interface gpon-olt_1/1/1").await;
    terminal.all(&["onu 9 type ALL-ONT sn ZTEGD824CDF3"]).await;
    terminal.enter("pon").await;
    assert!(terminal.tell("no onu-type ALL-ONT").await.contains("in use"));
}

#[tokio::test]
async fn some_firmwares_list_the_types_of_the_factory_alone() {
    let types = "factory_types_only = true\n[[onu_types]]\nname = \"ZTE-F601\"\nfactory = true";
    let simulator = with_cli(types).await;
    let said = simulator.type_as_somebody(&[
        "show onu-type gpon",
        "show onu-type gpon ZTE-F660",
        "show running-config",
    ]);
    let names: Vec<&str> = said[0].split("\r\n").filter(|line| line.starts_with("ONU type name:")).collect();
    assert_eq!(names, ["ONU type name:          ZTE-F601"]);
    assert!(said[1].contains("%Code 62310"), "{}", said[1]);
    assert!(said[2].contains("  onu-type ZTE-F660 gpon\r\n"));
    let simulator = with_cli("").await;
    let said = simulator.type_as_somebody(&["show onu-type gpon ZTE-F660", "show onu-type gpon zte-f660"]);
    assert!(
        said[0].contains("ONU type name:          ZTE-F660\r\n") && said[1].contains("62310"),
        "{said:?}"
    );
}
