//! The signals a server heeds: to stop, and to read again what it was started with.

use std::io::IsTerminal;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::runtime::Runtime;

/// The signals of this process. Listen before anybody is told that the process is there.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    /// Whether a terminal started it: then SIGHUP may mean that the terminal is gone.
    of_terminal: bool,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Panics
    /// Outside of an async runtime.
    #[must_use]
    pub fn listen() -> Self {
        let signal = |kind| signal(kind).expect("the runtime listens for signals");
        Self {
            terminate: signal(SignalKind::terminate()),
            interrupt: signal(SignalKind::interrupt()),
            hangup: signal(SignalKind::hangup()),
            of_terminal: std::io::stdin().is_terminal(),
        }
    }

    /// Waits until the process is told to stop; on SIGHUP, reads again what can be.
    pub(super) async fn stop(&mut self, runtime: &Runtime) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => {
                    if self.of_terminal && !std::io::stdin().is_terminal() {
                        return;
                    }
                    runtime.reload().await;
                }
            }
        }
    }

    /// Waits until it is told again.
    pub(super) async fn stop_now(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
