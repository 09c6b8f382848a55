//! The order of what is to be sent, and what of it was.
