//! `crowd`: screens whose lines break, who come back all at once, or who hardly
//! read. Every one of them must end up with every text, once (R6, R17, R18).

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use serde_json::json;

use super::histogram::rounded;
use super::load::{self, Outcome, Target};
use super::machine::usage;
use super::marks::Marks;
use super::stage::{Server, Stage};
use super::{Plan, report};
use member::{Ask, Common, Member, Tally};
use slow::Slow;

mod member;
mod slow;

/// Texts a second, to every screen.
const RATE: u64 = 20;
/// How often each line is cut: 5,000 screens are 100,000 cuts.
const CUTS_EACH: u64 = 20;
/// Cuts a second, each with a handshake on the same two cores.
const CUT_RATE: u64 = 400;
/// Texts come for so long while everybody is away.
const MISSED: Duration = Duration::from_secs(1);
/// Screens whose lines are left alone.
const WITNESSES: usize = 3;
/// One of so many hardly reads.
const SLOW: usize = 5;
/// R6: equal to the server within this of the last change.
const QUIET: Duration = Duration::from_secs(2);
/// R18: all of them back, what was missed included.
const BACK: Duration = Duration::from_secs(20);
/// When a phase is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A house full of screens.
struct Crowd {
    stage: Stage,
    target: Target,
    members: Vec<Member>,
    /// Texts that everybody must have.
    texts: u64,
}

/// What a crowd goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    Cuts,
    Restart,
    SlowReaders,
}

/// All of them, in the order in which one crowd goes through them.
pub const ALL: [Trial; 3] = [Trial::Cuts, Trial::Restart, Trial::SlowReaders];

pub async fn run(plan: &Plan, trials: &[Trial]) -> anyhow::Result<()> {
    let stage = Stage::new(plan)?;
    let app = stage.open().await?;
    let house = stage.set_up(&app).await?;
    let cookies = stage.sign_in(&app, house.inbox, plan.screens).await?;
    drop(app);
    let mut server = stage.serve().await?;
    let longest = cut_time(plan) + plan.time * 2 + Duration::from_secs(60);
    let marks = Arc::new(Marks::new((RATE * longest.as_secs()) as usize));
    let target = Target { address: stage.address, house, marks: marks.clone() };
    let common = Common { marks: marks.clone(), log: Arc::default() };
    let member = |(number, cookie): (usize, &String)| match number {
        ..WITNESSES => Member::witness(stage.address, &stage.origin, cookie, &common),
        _ => Member::new(stage.address, &stage.origin, cookie, &common),
    };
    let members = cookies.iter().enumerate().map(member).collect();
    let mut crowd = Crowd { stage, target, members, texts: 0 };
    crowd.tell(Ask::Open).await;
    for trial in trials {
        match trial {
            Trial::Cuts => crowd.cuts(plan).await?,
            Trial::Restart => server = crowd.restart(plan, server).await?,
            Trial::SlowReaders => crowd.slow_readers(plan, &server, &cookies).await?,
        }
    }
    Ok(())
}

impl Crowd {
    /// Lines break at random while texts come.
    async fn cuts(&mut self, plan: &Plan) -> anyhow::Result<()> {
        let time = cut_time(plan);
        let every = time / u32::try_from(CUTS_EACH)?;
        self.tell(Ask::Break { every }).await;
        self.load(time).await?;
        self.tell(Ask::Keep).await;
        let quiet = self.until_complete().await;
        let tally = self.tally();
        report(json!({
            "bench": "crowd",
            "phase": "cuts",
            "database": plan.database(),
            "screens": self.members.len(),
            "texts": self.texts,
            "cuts": tally.cuts,
            "missed": tally.missed(self.texts, self.members.len()),
            "repeated": tally.repeated,
            "fetched_afresh": tally.fetches,
            "refused": tally.refused,
            "all_equal_after_s": rounded(quiet.as_secs_f64()),
        }))?;
        self.check(&tally, quiet, QUIET, "after the last text")
    }

    /// The server stops and starts; everybody comes back, as they are asked to.
    async fn restart(&mut self, plan: &Plan, server: Server) -> anyhow::Result<Server> {
        let stopped = server.stop().await?;
        let server = self.stage.serve().await?;
        let up = Instant::now();
        self.load(MISSED).await?;
        self.until_complete().await;
        let back = up.elapsed();
        let tally = self.tally();
        report(json!({
            "bench": "crowd",
            "phase": "restart",
            "database": plan.database(),
            "screens": self.members.len(),
            "stopped_within_s": rounded(stopped.as_secs_f64()),
            "missed": tally.missed(self.texts, self.members.len()),
            "repeated": tally.repeated,
            "fetched_afresh": tally.fetches,
            "refused": tally.refused,
            "all_back_after_s": rounded(back.as_secs_f64()),
            "server_rss_mb": usage(server.pid()).map(|usage| usage.rss_kb / 1024),
        }))?;
        self.check(&tally, back, BACK, "after the start")?;
        Ok(server)
    }

    /// A fifth of them are replaced by others who read a byte a second.
    ///
    /// They come while texts come, as screens do; what R17 promises to the rest is
    /// measured from when they are there, and what their coming cost stands beside.
    async fn slow_readers(
        &mut self,
        plan: &Plan,
        server: &Server,
        cookies: &[String],
    ) -> anyhow::Result<()> {
        let rss = || usage(server.pid()).map_or(0, |usage| usage.rss_kb);
        let alone = self.p99_of(plan.time).await?;
        // Their places: nobody has more than ten sockets.
        let slow = self.members.len() / SLOW;
        self.members.truncate(self.members.len() - slow);
        let before = rss();
        let slow =
            Slow::open(self.stage.address, &self.stage.origin, &cookies[self.members.len()..]);
        let slow = slow.await?;
        let beside = self.p99_of(plan.time).await?;
        let quiet = self.until_complete().await;
        let tally = self.tally();
        report(json!({
            "bench": "crowd",
            "phase": "slow readers",
            "database": plan.database(),
            "screens": self.members.len(),
            "slow_readers": slow.count(),
            "slow_readers_cut_off": slow.cut_off(),
            "missed": tally.missed(self.texts, self.members.len()),
            "post_to_screen_p99_ms": { "alone": alone, "beside": beside },
            "server_rss_mb_more": rss().saturating_sub(before) / 1024,
        }))?;
        self.check(&tally, quiet, PATIENCE, "after the last text")
    }

    /// From the post to the screens of the crowd, in milliseconds.
    async fn p99_of(&mut self, time: Duration) -> anyhow::Result<f64> {
        self.forget_times();
        self.load(time).await?;
        self.until_complete().await;
        Ok(self.tally().times.percentile(99.0))
    }

    async fn tell(&self, ask: Ask) {
        self.members.iter().for_each(|member| member.tell(ask));
        if ask == Ask::Open {
            for member in &self.members {
                member.opened().await;
            }
        }
    }

    async fn load(&mut self, time: Duration) -> anyhow::Result<()> {
        let Outcome { acknowledged, refused, .. } = load::open(&self.target, RATE, time).await?;
        ensure!(refused == 0, "{refused} webhooks were refused");
        self.texts += acknowledged;
        Ok(())
    }

    /// Waits until every screen has every text; how long that took.
    async fn until_complete(&self) -> Duration {
        let begun = Instant::now();
        let is_complete = |member: &Member| member.tally().texts >= self.texts;
        while !self.members.iter().all(is_complete) && begun.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        begun.elapsed()
    }

    fn forget_times(&self) {
        self.members.iter().for_each(Member::forget_times);
    }

    fn tally(&self) -> Tally {
        let mut all = Tally::default();
        self.members.iter().for_each(|member| all.add(&member.tally()));
        all
    }

    fn check(
        &self,
        tally: &Tally,
        took: Duration,
        limit: Duration,
        since: &str,
    ) -> anyhow::Result<()> {
        let missed = tally.missed(self.texts, self.members.len());
        if missed > 0 || tally.repeated > 0 {
            bail!("{missed} texts missed, {} events repeated", tally.repeated);
        }
        ensure!(took <= limit, "the last screen was right {took:?} {since}, not {limit:?}");
        Ok(())
    }
}

/// How long it takes to cut every line as often as it is to be.
fn cut_time(plan: &Plan) -> Duration {
    let cuts = plan.screens as u64 * CUTS_EACH;
    plan.time.max(Duration::from_secs(cuts.div_ceil(CUT_RATE)))
}
