//! Writing the caller's SIP messages.

use std::net::SocketAddr;

use super::message::Message;
use super::{CallOrder, Transport};

/// What stays the same through one call.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Our address, as Via, Contact and SDP give it.
    pub local: SocketAddr,
    /// The server.
    pub server: SocketAddr,
    /// UDP or TCP.
    pub transport: Transport,
    /// Port that the SDP offers.
    pub media_port: u16,
    /// Call-ID.
    pub call_id: String,
    /// Our tag.
    pub tag: String,
    /// Branch of the INVITE; others are derived from it.
    pub branch: String,
}

impl Identity {
    /// The INVITE, with SDP, the asserted identity and, if the call has a place, a PIDF-LO beside the SDP
    /// (RFC 6442 section 4.1).
    pub fn invite(&self, order: &CallOrder) -> Vec<u8> {
        let sdp = self.sdp();
        let located = order.location.map(|location| {
            let body = format!(
                "--batas112\r\nContent-Type: application/sdp\r\n\r\n{sdp}\r\n--batas112\r\nContent-Type: application/pidf+xml\r\n\
                 Content-ID: <lokasi@simulator.invalid>\r\n\r\n{}\r\n--batas112--\r\n",
                pidf(location)
            );
            ("Geolocation: <cid:lokasi@simulator.invalid>\r\nGeolocation-Routing: no\r\n", "multipart/mixed;boundary=batas112", body)
        });
        let (extra, content_type, body) = located.unwrap_or(("", "application/sdp", sdp));
        let head = self.head("INVITE", &self.dialled(), &self.branch, 1, None);
        format!(
            "{head}Contact: <sip:{number}@{local};transport={transport}>\r\nP-Asserted-Identity: <tel:{number}>\r\n\
             Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO\r\n{extra}User-Agent: sigap-simulator\r\n\
             Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}",
            number = order.number,
            local = self.local,
            transport = self.transport.parameter(),
            length = body.len(),
        )
        .into_bytes()
    }

    /// ACK of a final response other than 2xx: same branch and Request-URI as the INVITE (RFC 3261 17.1.1.3).
    pub fn ack_refusal(&self, response: &Message) -> Vec<u8> {
        self.bare("ACK", &self.dialled(), &self.branch, 1, response.header("to"))
    }

    /// ACK of a 2xx: a transaction of its own, to the remote target (RFC 3261 section 13.2.2.4).
    pub fn ack_answer(&self, dialog: &Dialog) -> Vec<u8> {
        self.bare("ACK", &dialog.target, &format!("{}a", self.branch), 1, Some(&dialog.to))
    }

    /// BYE.
    pub fn bye(&self, dialog: &Dialog) -> Vec<u8> {
        self.bare("BYE", &dialog.target, &format!("{}b", self.branch), 2, Some(&dialog.to))
    }

    /// CANCEL: branch, Request-URI and CSeq number of the INVITE, no To tag (RFC 3261 section 9.1).
    pub fn cancel(&self) -> Vec<u8> {
        self.bare("CANCEL", &self.dialled(), &self.branch, 1, None)
    }

    /// Answers a request inside the call; a re-INVITE gets our session again.
    pub fn respond(&self, request: &Message, method: &str, status: u16) -> Vec<u8> {
        let mut text =
            format!("SIP/2.0 {status} {}\r\n", if status == 200 { "OK" } else { "Call Does Not Exist" });
        for via in request.header_all("via") {
            text.push_str(&format!("Via: {via}\r\n"));
        }
        for name in ["from", "to", "call-id", "cseq"] {
            if let Some(value) = request.header(name) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let body = if method == "INVITE" && status == 200 { self.sdp() } else { String::new() };
        if !body.is_empty() {
            text.push_str(&format!("Contact: <sip:{}>\r\nContent-Type: application/sdp\r\n", self.local));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        text.into_bytes()
    }

    fn bare(&self, method: &str, uri: &str, branch: &str, cseq: u32, to: Option<&str>) -> Vec<u8> {
        format!("{}Content-Length: 0\r\n\r\n", self.head(method, uri, branch, cseq, to)).into_bytes()
    }

    fn head(&self, method: &str, uri: &str, branch: &str, cseq: u32, to: Option<&str>) -> String {
        let dialled = format!("<{}>", self.dialled());
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} {local};branch={branch};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:pemanggil@{local}>;tag={tag}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n",
            // CANCEL and ACK share the INVITE's CSeq number but name their own method (RFC 3261 9.1, 17.1.1.3).
            transport = self.transport.via(),
            local = self.local,
            tag = self.tag,
            to = to.unwrap_or(&dialled),
            call_id = self.call_id,
        )
    }

    fn dialled(&self) -> String {
        format!("sip:112@{}", self.server)
    }

    fn sdp(&self) -> String {
        let ip = self.local.ip();
        let family = if ip.is_ipv4() { "IP4" } else { "IP6" };
        format!(
            "v=0\r\no=pemanggil 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
             a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n",
            port = self.media_port,
        )
    }
}

/// What the answer taught us about the other side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dialog {
    /// To header with the remote tag.
    pub to: String,
    /// Remote target: where requests inside the call go.
    pub target: String,
}

impl Dialog {
    /// The dialog that a 2xx makes. Without a Contact (Kamailio's stateless answer has none) the dialled URI stays.
    pub fn of(answer: &Message, identity: &Identity) -> Self {
        Self {
            to: answer.header("to").unwrap_or_default().to_owned(),
            target: answer.contact_uri().map_or_else(|| identity.dialled(), str::to_owned),
        }
    }
}

/// Where the caller is, as the telephone network knows it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Location {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Metres.
    pub radius_m: f64,
}

/// A circle as RFC 5491 section 5.2.3 shapes it.
fn pidf(location: Location) -> String {
    let Location { lat, lon, radius_m } = location;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" \
         xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" xmlns:gp=\"urn:ietf:params:xml:ns:pidf:geopriv10\" \
         xmlns:gs=\"http://www.opengis.net/pidflo/1.0\" xmlns:gml=\"http://www.opengis.net/gml\" \
         entity=\"pres:pemanggil@simulator.invalid\"><dm:device id=\"telepon\"><gp:geopriv><gp:location-info>\
         <gs:Circle srsName=\"urn:ogc:def:crs:EPSG::4326\"><gml:pos>{lat} {lon}</gml:pos>\
         <gs:radius uom=\"urn:ogc:def:uom:EPSG::9001\">{radius_m}</gs:radius></gs:Circle></gp:location-info>\
         <gp:usage-rules/><gp:method>Cell</gp:method></gp:geopriv></dm:device></presence>"
    )
}
