//! One line for what is the same: same asker, same purpose, same outcome, same day. Each act stays countable.

use sayso_exchange::Recorded;
use time::{Date, OffsetDateTime};

use super::tell::{Names, Told, tell};
use crate::words::en as w;
use crate::words::en::Calendar;

/// A day, newest first.
pub(crate) struct DayView {
    pub(crate) day: String,
    pub(crate) lines: Vec<LineView>,
}

/// One line, of one act or of several that are alike.
pub(crate) struct LineView {
    pub(crate) told: Told,
    pub(crate) each: Vec<EachView>,
}

/// One act of a line.
pub(crate) struct EachView {
    pub(crate) moment: String,
    /// Its place in the person's record: the leaf that stands for this act alone.
    pub(crate) number: u64,
}

struct Group<'h> {
    /// The sentence without its time: what makes acts alike.
    alike: Told,
    day: Date,
    acts: Vec<&'h Recorded>,
}

/// The acts, newest first, as days with lines.
pub(crate) fn by_day(happened: &[Recorded], names: &Names, calendar: Calendar) -> Vec<DayView> {
    let mut days: Vec<DayView> = Vec::new();
    for group in groups(happened, names, calendar) {
        let Some(newest) = group.acts.first() else { continue };
        let day = calendar.day(newest.at);
        let line = line(&group, newest, names, calendar);
        match days.last_mut().filter(|last| last.day == day) {
            Some(last) => last.lines.push(line),
            None => days.push(DayView { day, lines: vec![line] }),
        }
    }
    days
}

fn groups<'h>(happened: &'h [Recorded], names: &Names, calendar: Calendar) -> Vec<Group<'h>> {
    let mut groups: Vec<Group<'h>> = Vec::new();
    for one in happened {
        let alike = tell(one, names, "");
        let day = calendar.date(one.at);
        let today = groups.iter_mut().rev().take_while(|group| group.day == day);
        match today.into_iter().find(|group| alike.may_repeat && group.alike == alike) {
            Some(group) => group.acts.push(one),
            None => groups.push(Group { alike, day, acts: vec![one] }),
        }
    }
    groups
}

fn line(group: &Group<'_>, newest: &Recorded, names: &Names, calendar: Calendar) -> LineView {
    let first: OffsetDateTime = group.acts.last().map_or(newest.at, |oldest| oldest.at);
    let each = group.acts.iter().map(|act| EachView { moment: calendar.moment(act.at), number: act.person_seq });
    let each: Vec<EachView> = each.collect();
    let mut told = match each.len() {
        0 | 1 => tell(newest, names, &calendar.moment(newest.at)),
        count => tell(newest, names, &w::times_on(count, &calendar.day(newest.at))),
    };
    if each.len() > 1 {
        told.more.push(w::first_and_last(&calendar.time(first), &calendar.time(newest.at)));
    }
    LineView { told, each }
}
