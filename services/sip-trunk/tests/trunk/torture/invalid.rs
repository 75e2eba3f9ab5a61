//! RFC 4475 section 3.1.2: messages that break the grammar. The RFC proposes 400 to most of them; here an INVITE is a
//! call with a defect, and what is harmless is answered.

use dispatch_core::call::fact::Defect;

use super::{Expect, Message};

pub const MESSAGES: [Message; 19] = [
    Message {
        section: "3.1.2.1",
        name: "badinv01",
        text: "INVITE sip:user@example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=134161461246\r\nMax-Forwards: 7\r\nCall-ID: badinv01.0ha0isndaksdjasdf3234nas\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/@VIA@;;,;,,\r\nContact: \"Joe\" <sip:joe@example.org>;;;;\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.2.2",
        name: "clerr",
        text: "INVITE sip:user@example.com SIP/2.0\r\nMax-Forwards: 80\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=93942939o2\r\nContact: <sip:caller@hungry.example.net>\r\nCall-ID: clerr.0ha0isndaksdjweiafasdk3\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK-39234-23523\r\nContent-Type: application/sdp\r\nContent-Length: 9999\r\n\r\nv=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.155\r\ns=-\r\nc=IN IP4 192.0.2.155\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n",
        expect: Expect::Call(&[Defect::WrongContentLength]),
    },
    Message {
        section: "3.1.2.3",
        name: "ncl",
        text: "INVITE sip:user@example.com SIP/2.0\r\nMax-Forwards: 254\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=32394234\r\nCall-ID: ncl.0ha0isndaksdj2193423r542w35\r\nCSeq: 0 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw6\r\nContact: <sip:caller@example53.example.net>\r\nContent-Type: application/sdp\r\nContent-Length: -999\r\n\r\nv=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.53\r\ns=-\r\nc=IN IP4 192.0.2.53\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n",
        expect: Expect::Call(&[Defect::WrongContentLength]),
    },
    Message {
        section: "3.1.2.4",
        name: "scalar02",
        text: "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK342sdfoi3\r\nTo: <sip:user@example.com>\r\nFrom: <sip:user@example.com>;tag=239232jh3\r\nCSeq: 36893488147419103232 REGISTER\r\nCall-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32\r\nMax-Forwards: 300\r\nExpires: 10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\r\nContact: <sip:user@host129.example.com>;expires=280297596632815\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.1.2.5",
        name: "scalarlg",
        text: "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129\r\nTo: <sip:user@example.com>\r\nFrom: <sip:other@example.net>;tag=2easdjfejw\r\nCSeq: 9292394834772304023312 OPTIONS\r\nCall-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r\r\nRetry-After: 949302838503028349304023988\r\nWarning: 1812 overture \"In Progress\"\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Silence,
    },
    Message {
        section: "3.1.2.6",
        name: "quotbal",
        text: "INVITE sip:user@example.com SIP/2.0\r\nTo: \"Mr. J. User <sip:j.user@example.com>\r\nFrom: sip:caller@example.net;tag=93334\r\nMax-Forwards: 10\r\nCall-ID: quotbal.aksdj\r\nContact: <sip:caller@host59.example.net>\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw39234\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.2.7",
        name: "ltgtruri",
        text: "INVITE <sip:user@example.com> SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=39291\r\nMax-Forwards: 23\r\nCall-ID: ltgtruri.1@192.0.2.5\r\nCSeq: 1 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKltgtruri\r\nContact: <sip:caller@host5.example.net>\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.2.8",
        name: "lwsruri",
        text: "INVITE sip:user@example.com; lr SIP/2.0\r\nTo: sip:user@example.com;tag=3xfe-9921883-z9f\r\nFrom: sip:caller@example.net;tag=231413434\r\nMax-Forwards: 5\r\nCall-ID: lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423\r\nCSeq: 2130706432 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw2395\r\nContact: <sip:caller@host1.example.net>\r\nContent-Type: application/sdp\r\n@SDP@",
        // Its To tag says that it belongs to a dialog.
        expect: Expect::Answer("SIP/2.0 481"),
    },
    Message {
        section: "3.1.2.9",
        name: "lwsstart",
        text: "INVITE  sip:user@example.com  SIP/2.0\r\nMax-Forwards: 8\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=8814\r\nCall-ID: lwsstart.dfknq234oi243099adsdfnawe3@example.com\r\nCSeq: 1893884 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw3923\r\nContact: <sip:caller@host1.example.net>\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.2.10",
        name: "trws",
        text: "OPTIONS sip:remote-target@example.com SIP/2.0  \r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK299342093\r\nTo: <sip:remote-target@example.com>\r\nFrom: <sip:local-resource@example.com>;tag=329429089\r\nCall-ID: trws.oicu34958239neffasdhr2345r\r\nAccept: application/sdp\r\nCSeq: 238923 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.1.2.11",
        name: "escruri",
        text: "INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=341518\r\nMax-Forwards: 7\r\nContact: <sip:caller@host39923.example.net>\r\nCall-ID: escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5\r\nCSeq: 149209342 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw7\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.2.12",
        name: "baddate",
        text: "INVITE sip:user@example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=2234923\r\nMax-Forwards: 70\r\nCall-ID: baddate.239423mnsadf3j23lj42--sedfnm234\r\nCSeq: 1392934 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw8\r\nDate: Fri, 01 Jan 2010 16:00:00 EST\r\nContact: <sip:caller@host5.example.net>\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.2.13",
        name: "regbadct",
        text: "REGISTER sip:example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:user@example.com;tag=998332\r\nMax-Forwards: 70\r\nCall-ID: regbadct.k345asrl3fdbv@10.0.0.1\r\nCSeq: 1 REGISTER\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw9\r\nContact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.1.2.14",
        name: "badaspec",
        text: "OPTIONS sip:user@example.org SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdju43234\r\nMax-Forwards: 70\r\nFrom: \"Bell, Alexander\" <sip:a.g.bell@example.com>;tag=433423\r\nTo: \"Watson, Thomas\" < sip:t.watson@example.org >\r\nCall-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3\r\nAccept: application/sdp\r\nCSeq: 3923239 OPTIONS\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.1.2.15",
        name: "baddn",
        text: "OPTIONS sip:t.watson@example.org SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw10\r\nMax-Forwards: 70\r\nFrom: Bell, Alexander <sip:a.g.bell@example.com>;tag=43\r\nTo: Watson, Thomas <sip:t.watson@example.org>\r\nCall-ID: baddn.31415@c.example.com\r\nAccept: application/sdp\r\nCSeq: 3923239 OPTIONS\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.1.2.16",
        name: "badvers",
        text: "OPTIONS sip:t.watson@example.org SIP/7.0\r\nVia: SIP/7.0/@VIA@;branch=z9hG4bKkdjuw11\r\nMax-Forwards: 70\r\nFrom: A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe\r\nTo: T. Watson <sip:t.watson@example.org>\r\nCall-ID: badvers.31417@c.example.com\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 505"),
    },
    Message {
        section: "3.1.2.17",
        name: "mismatch01",
        text: "OPTIONS sip:user@example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=34525\r\nMax-Forwards: 6\r\nCall-ID: mismatch01.dj0234sxdfl3\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw12\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.1.2.18",
        name: "mismatch02",
        text: "NEWMETHOD sip:user@example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=34525\r\nMax-Forwards: 6\r\nCall-ID: mismatch02.dj0234sxdfl3\r\nCSeq: 8 INVITE\r\nContact: <sip:caller@host.example.net>\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw13\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.1.2.19",
        name: "bigcode",
        text: "SIP/2.0 4294967301 better not break the receiver\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK2398ndaoe2\r\nCall-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i\r\nCSeq: 353494 INVITE\r\nFrom: <sip:user@example.com>;tag=39ansfi3\r\nTo: <sip:user@example.edu>;tag=902jndnke3\r\nContent-Length: 0\r\nContact: <sip:user@host105.example.com>\r\n\r\n",
        expect: Expect::Silence,
    },
];
