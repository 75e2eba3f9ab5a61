//! An established dialog as text, and back.
//!
//! The stack's snapshot has no serialised form of its own; every field goes through the text that SIP itself has
//! for it. What cannot be read back is no dialog: the call ends as before, with a call-back duty.

use std::collections::BTreeMap;

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog::{DialogSnapshot, DialogSnapshotState, SessionIdState};
use rsipstack::sip::{Contact, Route, Uri, typed};
use rsipstack::transaction::key::TransactionRole;

/// Requests that the earlier process may have sent after it wrote the dialog down: far fewer than this. Ours must
/// be above all of them (RFC 3261 section 12.2.1.1), and gaps are allowed.
const CSEQ_MOVED_ON: u32 = 1_000;

/// The fields of an established dialog, by name.
pub(super) type Fields = BTreeMap<String, String>;

/// `None` when the dialog is not established.
pub(super) fn write(snapshot: &DialogSnapshot) -> Option<Fields> {
    if snapshot.state != DialogSnapshotState::Confirmed {
        return None;
    }
    let role = match snapshot.role {
        TransactionRole::Client => "client",
        TransactionRole::Server => "server",
    };
    // No header's value has a line break in it.
    let routes: Vec<&str> = snapshot.route_set.iter().map(|route| route.value()).collect();
    let fields = [
        ("role", Some(role.to_owned())),
        ("call_id", Some(snapshot.id.call_id.clone())),
        ("local_tag", Some(snapshot.id.local_tag.clone())),
        ("remote_tag", Some(snapshot.id.remote_tag.clone())),
        ("from", Some(snapshot.from.to_string())),
        ("to", Some(snapshot.to.to_string())),
        ("local_cseq", Some(snapshot.local_cseq.to_string())),
        ("remote_cseq", Some(snapshot.remote_cseq.to_string())),
        ("local_contact", snapshot.local_contact.as_ref().map(ToString::to_string)),
        ("remote_uri", Some(snapshot.remote_uri.to_string())),
        ("remote_contact", snapshot.remote_contact.as_ref().map(|contact| contact.value().to_owned())),
        ("routes", (!routes.is_empty()).then(|| routes.join("\n"))),
        ("reliable", snapshot.supports_100rel.then(|| "yes".to_owned())),
        ("session_id", snapshot.session_id.as_ref().map(|session| session.local.clone())),
        ("session_id_remote", snapshot.session_id.as_ref().and_then(|session| session.remote.clone())),
    ];
    Some(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect())
}

/// The dialog, with our CSeq moved on. `None` when a field that it needs is missing or makes no sense.
pub(super) fn read(fields: &Fields) -> Option<DialogSnapshot> {
    let text = |name: &str| fields.get(name).map(String::as_str);
    let uri = |name: &str| text(name).and_then(|text| Uri::try_from(text).ok());
    let role = match text("role")? {
        "client" => TransactionRole::Client,
        "server" => TransactionRole::Server,
        _ => return None,
    };
    let routes = text("routes").map(|routes| routes.split('\n').map(Route::new).collect());
    let session_id = text("session_id").map(|local| SessionIdState {
        local: local.to_owned(),
        remote: text("session_id_remote").map(str::to_owned),
    });
    Some(DialogSnapshot {
        state: DialogSnapshotState::Confirmed,
        role,
        id: DialogId {
            call_id: text("call_id")?.to_owned(),
            local_tag: text("local_tag")?.to_owned(),
            remote_tag: text("remote_tag")?.to_owned(),
        },
        from: typed::From::parse(text("from")?).ok()?,
        to: typed::To::parse(text("to")?).ok()?,
        local_cseq: text("local_cseq")?.parse::<u32>().ok()?.checked_add(CSEQ_MOVED_ON)?,
        remote_cseq: text("remote_cseq")?.parse().ok()?,
        local_contact: uri("local_contact"),
        remote_uri: uri("remote_uri")?,
        remote_contact: text("remote_contact").map(Contact::new),
        route_set: routes.unwrap_or_default(),
        supports_100rel: text("reliable").is_some(),
        session_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> DialogSnapshot {
        DialogSnapshot {
            state: DialogSnapshotState::Confirmed,
            role: TransactionRole::Server,
            id: DialogId {
                call_id: "a%b@telco".to_owned(),
                local_tag: "us".to_owned(),
                remote_tag: "them".to_owned(),
            },
            from: typed::From::parse("\"Budi, Pak\" <sip:+62811@telco.example;user=phone>;tag=them").unwrap(),
            to: typed::To::parse("<urn:service:sos.fire>;tag=us").unwrap(),
            local_cseq: 2,
            remote_cseq: 4_294_967_290,
            local_contact: Some(Uri::try_from("sip:112@192.0.2.1:5060;transport=tcp").unwrap()),
            remote_uri: Uri::try_from("sip:+62811@192.0.2.9:5080;transport=tcp").unwrap(),
            remote_contact: Some(Contact::new("<sip:+62811@192.0.2.9:5080;transport=tcp>;expires=60")),
            route_set: vec![
                Route::new("<sip:edge.telco.example;lr>"),
                Route::new("\"Core\" <sip:core.telco.example;lr;x=1>"),
            ],
            supports_100rel: true,
            session_id: Some(SessionIdState { local: "ab".repeat(16), remote: Some("cd".repeat(16)) }),
        }
    }

    fn same(a: &DialogSnapshot, b: &DialogSnapshot) -> bool {
        let parts = |s: &DialogSnapshot| {
            (
                (s.state, s.id.clone(), s.from.clone(), s.to.clone(), s.remote_cseq),
                (s.local_contact.clone(), s.remote_uri.clone(), s.remote_contact.clone()),
                (s.route_set.clone(), s.supports_100rel, s.session_id.clone()),
            )
        };
        parts(a) == parts(b) && format!("{}", a.role) == format!("{}", b.role)
    }

    #[test]
    fn every_field_comes_back_and_our_cseq_is_moved_on() {
        let whole = snapshot();
        let back = read(&write(&whole).unwrap()).unwrap();
        assert!(same(&whole, &back), "{whole:?}\n{back:?}");
        assert_eq!(back.local_cseq, 1_002);

        let bare = DialogSnapshot {
            role: TransactionRole::Client,
            local_contact: None,
            remote_contact: None,
            route_set: Vec::new(),
            supports_100rel: false,
            session_id: None,
            ..snapshot()
        };
        let back = read(&write(&bare).unwrap()).unwrap();
        assert!(same(&bare, &back), "{bare:?}\n{back:?}");
    }

    #[test]
    fn what_is_not_established_or_lacks_a_field_is_no_dialog() {
        let early = DialogSnapshot { state: DialogSnapshotState::Early, ..snapshot() };
        assert_eq!(write(&early), None);
        let fields = write(&snapshot()).unwrap();
        for name in [
            "role",
            "call_id",
            "local_tag",
            "remote_tag",
            "from",
            "to",
            "local_cseq",
            "remote_cseq",
            "remote_uri",
        ] {
            let mut less = fields.clone();
            less.remove(name);
            assert!(read(&less).is_none(), "without {name}");
        }
        for (name, value) in
            [("role", "both"), ("local_cseq", "-1"), ("local_cseq", "4294967295"), ("remote_uri", "")]
        {
            let mut wrong = fields.clone();
            wrong.insert(name.to_owned(), value.to_owned());
            assert!(read(&wrong).is_none(), "{name} {value:?}");
        }
    }
}
