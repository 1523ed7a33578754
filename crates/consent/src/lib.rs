//! Decides what may leave and says why; the only maker of Released.
