//! RFC 4475 sections 3.2 to 3.4: messages that are right to the parser and odd to what lies above it.

use dispatch_core::call::fact::Defect;

use super::{Expect, Message};

pub const MESSAGES: [Message; 17] = [
    Message {
        section: "3.2.1",
        name: "badbranch",
        text: "OPTIONS sip:user@example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.org;tag=33242\r\nMax-Forwards: 3\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK\r\nAccept: application/sdp\r\nCall-ID: badbranch.sadonfo23i420jv0as0derf3j3n\r\nCSeq: 8 OPTIONS\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.3.1",
        name: "insuf",
        text: "INVITE sip:user@example.com SIP/2.0\r\nCSeq: 193942 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdj.insuf\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[Defect::NoCallerNumber, Defect::NoCallId, Defect::RepairedHeader]),
    },
    Message {
        section: "3.3.2",
        name: "unkscm",
        text: "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=384\r\nMax-Forwards: 3\r\nCall-ID: unkscm.nasdfasser0q239nwsdfasdkl34\r\nCSeq: 3923423 OPTIONS\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw39234b\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 416"),
    },
    Message {
        section: "3.3.3",
        name: "novelsc",
        text: "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=384\r\nMax-Forwards: 3\r\nCall-ID: novelsc.asdfasser0q239nwsdfasdkl34\r\nCSeq: 3923423 OPTIONS\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw39234c\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 416"),
    },
    Message {
        section: "3.3.4",
        name: "unksm2",
        text: "REGISTER sip:example.com SIP/2.0\r\nTo: isbn:2983792873\r\nFrom: <http://www.example.com>;tag=3234233\r\nMax-Forwards: 70\r\nCall-ID: unksm2.daksdj@hyphenated-host.example.com\r\nCSeq: 234902 REGISTER\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw14\r\nContact: <name:John_Smith>\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.3.5",
        name: "bext01",
        text: "OPTIONS sip:user@example.com SIP/2.0\r\nTo: sip:j_user@example.com\r\nFrom: sip:caller@example.net;tag=242etr\r\nMax-Forwards: 6\r\nCall-ID: bext01.0ha0isndaksdj\r\nRequire: nothingSupportsThis, nothingSupportsThisEither\r\nProxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\r\nCSeq: 8 OPTIONS\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK-fold-and-staple-1\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 420"),
    },
    Message {
        section: "3.3.6",
        name: "invut",
        text: "INVITE sip:user@example.com SIP/2.0\r\nContact: <sip:caller@host5.example.net>\r\nTo: sip:j.user@example.com\r\nFrom: sip:caller@example.net;tag=8392034\r\nMax-Forwards: 70\r\nCall-ID: invut.0ha0isndaksdjadsfij34n23d\r\nCSeq: 235448 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw15\r\nContent-Type: application/unknownformat\r\nContent-Length: 40\r\n\r\n<audio>\r\n <pcmu port=\"443\"/>\r\n</audio>\r\n",
        expect: Expect::Call(&[Defect::NoSdp]),
    },
    Message {
        section: "3.3.7",
        name: "regaut01",
        text: "REGISTER sip:example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\nFrom: sip:j.user@example.com;tag=87321hj23128\r\nMax-Forwards: 8\r\nCall-ID: regaut01.0ha0isndaksdj\r\nCSeq: 9338 REGISTER\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw16\r\nAuthorization: NoOneKnowsThisScheme opaque-data=here\r\nContent-Length:0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.3.8",
        name: "multi01",
        text: "INVITE sip:user@company.com SIP/2.0\r\nContact: <sip:caller@host25.example.net>\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw17\r\nMax-Forwards: 70\r\nCSeq: 5 INVITE\r\nCall-ID: multi01.98asdh@192.0.2.1\r\nCSeq: 59 INVITE\r\nCall-ID: multi01.98asdh@192.0.2.2\r\nFrom: sip:caller@example.com;tag=3413415\r\nTo: sip:user@example.com\r\nTo: sip:other@example.net\r\nFrom: sip:caller@example.net;tag=2923420123\r\nContent-Type: application/sdp\r\nContact: <sip:caller@host36.example.net>\r\nMax-Forwards: 5\r\n@SDP@",
        expect: Expect::Call(&[Defect::RepairedHeader]),
    },
    Message {
        section: "3.3.9",
        name: "mcl01",
        text: "OPTIONS sip:user@example.com SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK293423\r\nTo: sip:user@example.com\r\nFrom: sip:other@example.net;tag=3923942\r\nCall-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf\r\nCSeq: 15932 OPTIONS\r\nContent-Length: 13\r\nMax-Forwards: 60\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nThere's no way to know how many octets are supposed to be here.\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.3.10",
        name: "bcast",
        text: "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\r\nCall-ID: bcast.0384840201234ksdfak3j2erwedfsASdf\r\nCSeq: 35 INVITE\r\nFrom: sip:user@example.com;tag=11141343\r\nTo: sip:user@example.edu;tag=2229\r\nContact: <sip:user@host28.example.com>\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Silence,
    },
    Message {
        section: "3.3.11",
        name: "zeromf",
        text: "OPTIONS sip:user@example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=3ghsd41\r\nCall-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas\r\nCSeq: 39234321 OPTIONS\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw2349i\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.3.12",
        name: "cparam01",
        text: "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK9ce8a8\r\nMax-Forwards: 70\r\nFrom: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe\r\nTo: sip:watson@example.com\r\nCall-ID: cparam01.70710@saturn.example.com\r\nCSeq: 2 REGISTER\r\nContact: sip:+19725552222@gw1.example.net;unknownparam\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.3.13",
        name: "cparam02",
        text: "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK9ce8a9\r\nMax-Forwards: 70\r\nFrom: sip:watson@example.com;tag=838293\r\nTo: sip:watson@example.com\r\nCall-ID: cparam02.70710@saturn.example.com\r\nCSeq: 3 REGISTER\r\nContact: <sip:+19725552222@gw1.example.net;unknownparam>\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.3.14",
        name: "regescrt",
        text: "REGISTER sip:example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:user@example.com;tag=8\r\nMax-Forwards: 70\r\nCall-ID: regescrt.k345asrl3fdbv@192.0.2.1\r\nCSeq: 14398234 REGISTER\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw18\r\nM: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\r\nL:0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.3.15",
        name: "sdp01",
        text: "INVITE sip:user@example.com SIP/2.0\r\nTo: sip:j_user@example.com\r\nContact: <sip:caller@host15.example.net>\r\nFrom: sip:caller@example.net;tag=234\r\nMax-Forwards: 5\r\nCall-ID: sdp01.ndaksdj9342dasdd\r\nAccept: text/nobodyKnowsThis\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw19\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.4.1",
        name: "inv2543",
        text: "INVITE sip:UserB@example.com SIP/2.0\r\nVia: SIP/2.0/@VIA@\r\nFrom: <sip:+13035551111@ift.client.example.net;user=phone>\r\nRecord-Route: <sip:UserB@example.com;maddr=ss1.example.com>\r\nTo: sip:+16505552222@ss1.example.net;user=phone\r\nCall-ID: inv2543.1717@ift.client.example.com\r\nCSeq: 56 INVITE\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n",
        expect: Expect::Call(&[Defect::RepairedHeader, Defect::WrongContentLength]),
    },
];
