//! `henji torture`: what is left of the promises when everything breaks.
//!
//! Starts henji in processes of its own, between simulated carriers, agents'
//! screens and programs, and throws faults at it that a seed has drawn. The
//! carriers keep a journal of what really happened; at the end it is compared
//! with the database, the event log and what every client has seen, as
//! multisets. One table says what was lost or doubled.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use super::{Torture, output};
use plan::{Plan, Shape};
use report::Report;
use world::World;

mod api;
mod carrier;
mod compare;
mod faults;
mod node;
mod orders;
mod plan;
mod report;
mod road;
mod screen;
mod settle;
mod work;
mod world;

/// The controls: breaks that the comparison must find.
pub const CONTROLS: [&str; 3] = ["ack-before-commit", "retry-unknown", SKIP_RESUME];

/// Screens that come back without saying what they saw last.
const SKIP_RESUME: &str = "skip-resume";

pub async fn run(asked: Torture) -> anyhow::Result<ExitCode> {
    let time = Duration::from_secs_f64(asked.minutes * 60.0);
    let plan = Plan::draw(asked.seed, time, Shape::of(&asked));
    if asked.plan {
        for step in &plan.steps {
            output::line(step)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    // The command's own runtime has one thread; the world outside needs more.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let run = tokio::task::spawn_blocking(move || {
        let report = runtime.block_on(torture(&asked, &plan));
        runtime.shutdown_timeout(Duration::from_secs(1));
        report
    });
    let report = run.await.context("the run broke off")??;
    output::line(&report)?;
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn torture(asked: &Torture, plan: &Plan) -> anyhow::Result<Report> {
    let mut world = World::build(asked).await?;
    world.begin().await?;
    let work = work::begin(&world, asked.control.as_deref() == Some(SKIP_RESUME)).await?;
    let thrown = faults::throw(&mut world, plan).await;
    let thrown = match thrown {
        Ok(thrown) => thrown,
        Err(error) => return Err(world.keep_folder(error)),
    };
    let seen = settle::settle(&mut world, work).await;
    let seen = seen.map_err(|error| world.keep_folder(error))?;
    let report = Report::new(asked, plan, &thrown, compare::compare(&seen, &thrown), &seen);
    if !report.is_clean() {
        world.leave_folder();
        return Ok(report.kept_in(world.folder()));
    }
    Ok(report)
}
