//! RFC 4475 section 3.1.1: messages that look broken and are not.

use super::{Expect, Message, SDP};

/// `@VIA@` is the sender's transport, address and port, `@SDP@` a length line and a description.
pub const MESSAGES: [Message; 13] = [
    Message {
        section: "3.1.1.1",
        name: "wsinv",
        // Folding, compact names, empty and odd parameters, quoted quotes, headers that nobody knows.
        text: "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\nfrom   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 150\r\ncseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /@TRANSPORT@\r\n    @AT@;branch=390skdjuw\r\ns :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\nRoute:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\nv:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\nm:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\nv=0\r\no=mhandley 29739 7272939 IN IP4 192.0.2.3\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0 12\r\nm=video 3227 RTP/AVP 31\r\na=rtpmap:31 LPC\r\n",
        // It has a To tag, so it belongs to a dialog that nobody knows.
        expect: Expect::Answer("SIP/2.0 481"),
    },
    Message {
        section: "3.1.1.2",
        name: "intmeth",
        text: "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK-.!%66*_+`'~\r\nTo: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>\r\nFrom: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u{440}\u{430}\u{431}\u{43e}\u{442}\u{430}\u{44e}\u{449}\u{438}\u{439}\";tag=_token~1'+`*%!-.\r\nCall-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\r\nCSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\nMax-Forwards: 255\r\nextensionHeader-!.%*+_`'~:\u{feff}\u{5927}\u{505c}\u{96fb}\r\nContent-Length: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.1.1.3",
        name: "esc01",
        text: "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\r\nTo: sip:%75se%72@example.com\r\nFrom: <sip:I%20have%20spaces@example.net>;tag=938\r\nMax-Forwards: 87\r\ni: esc01.239409asdfakjkn23onasd0-3234\r\nCSeq: 234234 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw\r\nC: application/sdp\r\nContact:\r\n  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.1.4",
        name: "escnull",
        text: "REGISTER sip:example.com SIP/2.0\r\nTo: sip:null-%00-null@example.com\r\nFrom: sip:null-%00-null@example.com;tag=839923423\r\nMax-Forwards: 70\r\nCall-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd\r\nCSeq: 14398234 REGISTER\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw2\r\nContact: <sip:%00@host5.example.com>\r\nContact: <sip:%00%00@host5.example.com>\r\nL:0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.1.1.5",
        name: "esc02",
        text: "RE%47IST%45R sip:registrar.example.com SIP/2.0\r\nTo: \"%Z%45\" <sip:resource@example.com>\r\nFrom: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23\r\nCall-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK209%fzsnel234\r\nCSeq: 29344 RE%47IST%45R\r\nMax-Forwards: 70\r\nContact: <sip:alias1@host1.example.com>\r\nC%6Fntact: <sip:alias2@host2.example.com>\r\nContact: <sip:alias3@host3.example.com>\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.1.1.6",
        name: "lwsdisp",
        text: "OPTIONS sip:user@example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: caller<sip:caller@example.com>;tag=323\r\nMax-Forwards: 70\r\nCall-ID: lwsdisp.1234abcd@funky.example.com\r\nCSeq: 60 OPTIONS\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw3\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.1.1.7",
        name: "longreq",
        text: "INVITE sip:user@example.com SIP/2.0\r\nTo: \"I have a user name of @LONG@ proportion\"<sip:user@example.com:6000;unknownparam1=very@LONG@value;longparam@LONG@name=shortvalue;very@LONG@ParameterNameWithNoValue>\r\nF: sip:amazinglylongcallername@LONG@@example.net;tag=12982982982982982@LONG@424;unknownheaderparam@LONG@name=unknownheaderparam@LONG@value;unknownValueless@LONG@paramname\r\nCall-ID: longreq.one@LONG@longcallid\r\nCSeq: 3882340 INVITE\r\nUnknown-@LONG@-Name: unknown-@LONG@-value; unknown-@LONG@-parameter-name = unknown-@LONG@-parameter-value\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK390skdjuw\r\nVia: SIP/2.0/TCP sip33.example.com\r\nv: SIP/2.0/TCP sip32.example.com\r\nV: SIP/2.0/TCP sip31.example.com\r\nVia: SIP/2.0/TCP sip30.example.com\r\nVia: SIP/2.0/UDP sip1.example.com;received=192.0.2.5;branch=very@LONG@branchvalue\r\nMax-Forwards: 70\r\nContact: <sip:amazinglylongcallername@LONG@@host5.example.net>\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Call(&[]),
    },
    Message {
        section: "3.1.1.8",
        name: "dblreq",
        // A datagram has one message; the rest is no second one. Over a stream it is one.
        text: "REGISTER sip:example.com SIP/2.0\r\nTo: sip:j.user@example.com\r\nFrom: sip:j.user@example.com;tag=43251j3j324\r\nMax-Forwards: 8\r\nI: dblreq.0ha0isndaksdj99sdfafnl3lk233412\r\nContact: sip:j.user@host.example.com\r\nCSeq: 8 REGISTER\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw23492\r\nContent-Length: 0\r\n\r\n\r\nINVITE sip:joe@example.com SIP/2.0\r\nt: sip:joe@example.com\r\nFrom: sip:caller@example.net;tag=141334\r\nMax-Forwards: 8\r\nCall-ID: dblreq.0ha0isnda977644900765@192.0.2.15\r\nCSeq: 8 INVITE\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw380234\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::AnswerInDatagram("SIP/2.0 405"),
    },
    Message {
        section: "3.1.1.9",
        name: "semiuri",
        text: "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\nTo: sip:j_user@example.com\r\nFrom: sip:caller@example.org;tag=33242\r\nMax-Forwards: 3\r\nCall-ID: semiuri.0ha0isndaksdj\r\nCSeq: 8 OPTIONS\r\nAccept: application/sdp, application/pkcs7-mime, multipart/mixed, multipart/signed, message/sip, message/sipfrag\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw4\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.1.1.10",
        name: "transports",
        text: "OPTIONS sip:user@example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: <sip:caller@example.com>;tag=323\r\nMax-Forwards: 70\r\nCall-ID:  transports.kijh4akdnaqjkwendsasfdj\r\nAccept: application/sdp\r\nCSeq: 60 OPTIONS\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bKkdjuw5\r\nVia: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\r\nVia: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\r\nVia: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en\r\nVia: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee\r\nl: 0\r\n\r\n",
        expect: Expect::Answer("SIP/2.0 200"),
    },
    Message {
        section: "3.1.1.11",
        name: "mpart01",
        text: "MESSAGE sip:kumiko@example.org SIP/2.0\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport\r\nMax-Forwards: 70\r\nTo: <sip:kumiko@example.org>\r\nFrom: <sip:fluffy@example.org>;tag=6d0bdb11\r\nCall-ID: mpart01.ALCatraz\r\nCSeq: 1 MESSAGE\r\nContent-Type: multipart/mixed;boundary=7a9cbec02ceef655\r\nContent-Length: 257\r\n\r\n--7a9cbec02ceef655\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\n\r\nHello\r\n--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n0\u{1}\u{2}\u{3}\u{7f}\u{0}\u{0}\r\n--7a9cbec02ceef655--\r\n",
        expect: Expect::Answer("SIP/2.0 405"),
    },
    Message {
        section: "3.1.1.12",
        name: "unreason",
        text: "SIP/2.0 200 = 2**3 * 5**2 \u{43d}\u{43e} \u{441}\u{442}\u{43e} - \u{43f}\u{440}\u{43e}\u{441}\u{442}\u{43e}\r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK1324923\r\nCall-ID: unreason.1234ksdfak3j2erwedfsASdf\r\nCSeq: 35 INVITE\r\nFrom: sip:user@example.com;tag=11141343\r\nTo: sip:user@example.edu;tag=2229\r\nContact: <sip:user@host198.example.com>\r\nContent-Type: application/sdp\r\n@SDP@",
        expect: Expect::Silence,
    },
    Message {
        section: "3.1.1.13",
        name: "noreason",
        text: "SIP/2.0 100 \r\nVia: SIP/2.0/@VIA@;branch=z9hG4bK2398ndaoe\r\nCall-ID: noreason.asndj203insdf99223ndf\r\nCSeq: 35 INVITE\r\nFrom: <sip:user@example.com>;tag=39ansfi3\r\nTo: <sip:user@example.edu>;tag=902jndnke3\r\nContent-Length: 0\r\nContact: <sip:user@host105.example.com>\r\n\r\n",
        expect: Expect::Silence,
    },
];

/// What stands for `@SDP@`.
pub fn described() -> String {
    format!("Content-Length: {}\r\n\r\n{SDP}", SDP.len())
}
