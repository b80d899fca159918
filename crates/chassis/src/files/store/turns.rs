//! Waiting for a disk or a network, with a bound in time and in number.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::fault::Fault;

/// Time a read or write has.
pub(super) const TIME: Duration = Duration::from_secs(10);
/// Reads and writes at once. Each may hold a thread as long as a disk hangs; tokio has 512 for all.
const TURNS: usize = 64;

/// The turns of one store.
#[derive(Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TURNS)))
    }
}

impl Turns {
    /// Does one thing within its time. It is done by a task of its own, which keeps its turn until it ends, also when
    /// its caller has left: when a disk hangs, the number of threads and bytes that hang with it is bounded.
    pub(super) async fn wait<T, E>(
        &self,
        time: Duration,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, Fault>
    where
        T: Send + 'static,
        E: Into<Fault> + Send + 'static,
    {
        let turns = self.0.clone();
        let done = timeout(time, async move {
            let turn = turns.acquire_owned().await;
            let task = tokio::spawn(async move {
                let _turn = turn;
                work.await
            });
            task.await
        });
        match done.await {
            Ok(Ok(result)) => result.map_err(Into::into),
            Ok(Err(_)) => Err(Fault::Failed("a task ended early".to_owned())),
            Err(_) => Err(Fault::Late),
        }
    }
}

/// Runs what blocks on a thread made for that.
pub(super) async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    #[expect(clippy::disallowed_methods, reason = "waits for a disk, and for its turn: only so many do at once")]
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(io::Error::other("a task ended early")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_hangs_is_given_up_and_keeps_its_turn() {
        let turns = Turns::default();
        let hanging: Vec<_> = (0..TURNS).map(|_| turns.wait(TIME, std::future::pending::<io::Result<()>>())).collect();
        for outcome in futures_util::future::join_all(hanging).await {
            assert!(matches!(outcome, Err(Fault::Late)));
        }
        let next = turns.wait(TIME, async { io::Result::Ok(()) }).await;
        assert!(matches!(next, Err(Fault::Late)), "no turn is free");
    }

    #[tokio::test]
    async fn what_was_begun_is_done_when_its_caller_leaves() {
        let (turns, (done, told)) = (Turns::default(), tokio::sync::oneshot::channel());
        let work = async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            done.send(()).map_err(|()| io::Error::other("nobody listens"))
        };
        let left = timeout(Duration::from_millis(1), turns.wait(TIME, work)).await;
        assert!(left.is_err());
        told.await.unwrap();
    }

    #[tokio::test]
    async fn a_panic_is_a_fault() {
        let work = on_disk(|| -> io::Result<()> { panic!("of a test") });
        assert!(matches!(Turns::default().wait(TIME, work).await, Err(Fault::Failed(_))));
    }
}
