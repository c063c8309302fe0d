//! `foretell models`: what is known about models, and a look at one.

mod list;
mod show;
mod test;

use crate::Done;
use crate::args::models::{Models, ModelsArgs};

pub(crate) fn run(args: &ModelsArgs) -> Done {
    match &args.what {
        Models::List(args) => list::run(args),
        Models::Show(args) => show::run(args),
        Models::Test(args) => test::run(args),
    }
}
