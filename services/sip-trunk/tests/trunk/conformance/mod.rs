//! The behaviour that a change of the SIP stack must not break, each row black-box over real sockets.

mod dialog;
mod reliable;
mod session_timer;
