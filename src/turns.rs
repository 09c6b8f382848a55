//! Long work that lets others have their turn.

/// Pieces between two turns of others. A piece takes some ten microseconds.
const PIECES: u32 = 16;

/// Counts the pieces of long work on a thread of its own, and gives the processor up now and then.
///
/// Linux lets a thread that computes hold its processor until the next tick, up to 4 ms, also where a
/// thread has become ready there that writes somebody's line. A low priority does not change that;
/// giving the processor up does.
#[derive(Debug, Default)]
pub struct Turns(u32);

impl Turns {
    /// A further piece is done: whoever waits for this processor may have it.
    pub fn piece(&mut self) {
        self.0 += 1;
        if self.0 >= PIECES {
            self.0 = 0;
            std::thread::yield_now();
        }
    }
}
