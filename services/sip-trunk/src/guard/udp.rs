//! The UDP port: 64 KiB datagrams, a large receive buffer, and the guard before the stack.
//!
//! rsipstack reads datagrams into 8,192 bytes and cuts what is longer. So the port is read here, and the stack
//! gets whole messages through its endpoint; through the socket it only sends.

use std::net::SocketAddr;
use std::sync::Arc;

use rsipstack::platform::net::UdpSocket as StackSocket;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, SipConnection};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::repair::Wire;
use super::{Guard, Refused, Sender, Verdict, WayBack};
use crate::resumable::Resumable;

/// Wanted receive buffer: at 1,000 calls a second every retransmission that was seen came from a full one.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;
const DATAGRAM_BYTES_MAX: usize = 65_535;

/// Binds the port with a large receive buffer.
pub(crate) fn bind(address: SocketAddr) -> std::io::Result<Arc<UdpSocket>> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if let Err(error) = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES) {
        warn!(%error, "The SIP receive buffer stays as it is");
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    info!(bytes = socket.recv_buffer_size()?, wanted = RECEIVE_BUFFER_BYTES, "SIP receive buffer");
    Ok(Arc::new(UdpSocket::from_std(socket.into())?))
}

/// The socket as the stack sees it: for sending.
pub(crate) struct SendingSocket(pub(crate) Arc<UdpSocket>);

#[async_trait::async_trait]
impl StackSocket for SendingSocket {
    async fn recv_from(&self, _buffer: &mut [u8]) -> rsipstack::Result<(usize, SocketAddr)> {
        std::future::pending().await
    }

    async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> rsipstack::Result<usize> {
        Ok(self.0.send_to(bytes, to).await?)
    }

    fn local_addr(&self) -> rsipstack::Result<SocketAddr> {
        Ok(self.0.local_addr()?)
    }
}

/// What the reading of a port needs.
#[derive(Clone)]
pub(crate) struct Intake {
    pub(crate) guard: Arc<Guard>,
    pub(crate) endpoint: EndpointInnerRef,
    pub(crate) refused: mpsc::Sender<Refused>,
    pub(crate) resumable: Arc<Resumable>,
    pub(crate) stop: CancellationToken,
}

impl Intake {
    /// Hands one message to whom it belongs.
    pub(super) async fn take(
        &self,
        bytes: &[u8],
        sender: Sender,
        back: &WayBack,
        connection: &SipConnection,
    ) {
        let source = sender.source;
        match self.guard.inspect(bytes, sender, back, self.endpoint.transactions.len()) {
            Verdict::Drop => {}
            Verdict::Reply(answer) => back.send(answer).await,
            Verdict::Refused(refused) => {
                // No waiting: what is behind this message may be a BYE or an ACK.
                if self.refused.try_send(*refused).is_err() {
                    self.guard.forget_refused();
                }
            }
            Verdict::Pass(message) => {
                self.resumable.notice(&message);
                let transport = sender.wire.transport();
                let from = SipAddr { r#type: Some(transport), addr: source.into() };
                let received = SipConnection::update_msg_received(*message, source, transport);
                let taken = match received {
                    Ok(message) => {
                        self.endpoint.on_received_message(message, connection.clone(), &from).await
                    }
                    Err(error) => Err(error),
                };
                if taken.is_err() {
                    // The error's text holds parts of the message.
                    debug!(source = %source.ip(), "The SIP stack did not take a message");
                }
            }
        }
    }
}

/// Reads the port until the stop.
pub(crate) async fn serve(socket: Arc<UdpSocket>, connection: UdpConnection, intake: Intake) {
    let connection = SipConnection::Udp(connection);
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    loop {
        let received = tokio::select! {
            () = intake.stop.cancelled() => return,
            received = socket.recv_from(&mut buffer) => received,
        };
        match received {
            Ok((bytes, source)) => {
                let back = WayBack::Udp(socket.clone(), source);
                let sender = Sender { source, wire: Wire::Udp, proven: None };
                intake.take(&buffer[..bytes], sender, &back, &connection).await;
            }
            // An ICMP error of an earlier answer shows up here; it says nothing about this port.
            Err(error) => debug!(%error, "SIP port"),
        }
    }
}
