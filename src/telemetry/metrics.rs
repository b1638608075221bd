//! The counters of `/metrics`.

use std::time::Duration;

use chrono::TimeDelta;
use prometheus::core::Collector;
use prometheus::{
    Encoder, Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
};

/// Everything that is counted, under one name each.
///
/// Labels are words of our own (states, kinds, route patterns): never an id, a
/// number, a path as received or anything else a stranger can choose.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    inbound: IntCounterVec,
    outbound: IntCounterVec,
    hook_failures: IntCounterVec,
    http_requests: IntCounterVec,
    http_seconds: Histogram,
    live_sockets: IntGauge,
    event_lag: IntGauge,
    outbox_depth: IntGauge,
    outbox_wait: Gauge,
    unresolved: IntGauge,
    quarantine: IntGauge,
    commits: IntCounterVec,
    commit_writes: IntCounter,
    writer_queue: IntGauge,
    broker: IntGaugeVec,
    hints: IntCounterVec,
    database_damaged: IntGauge,
    journal_records: IntGauge,
    journal_bytes: IntGauge,
    database_up: IntGauge,
    open_circuits: IntGaugeVec,
    search_lag: IntGauge,
    search_complete: IntGauge,
    mail_replies: IntCounterVec,
}

/// What became of an inbound text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbound {
    Accepted,
    Duplicate,
    Quarantined,
    /// Acknowledged and waiting for the database to come back.
    Journaled,
}

/// What kind of webhook request failed its check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFailure {
    Inbound,
    Receipt,
    Voice,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    pub fn new() -> Self {
        let registry = Registry::new();
        let metrics = Self {
            inbound: counter("henji_inbound_total", "Inbound texts by result.", &["result"]),
            outbound: counter(
                "henji_outbound_total",
                "Outbound texts that entered a state.",
                &["state"],
            ),
            hook_failures: counter(
                "henji_webhook_verification_failures_total",
                "Webhook requests that failed their check.",
                &["provider", "kind"],
            ),
            http_requests: counter(
                "henji_http_requests_total",
                "Requests by method, route pattern and class of status.",
                &["method", "route", "status"],
            ),
            http_seconds: histogram(
                "henji_http_request_seconds",
                "Time until the response's head was ready.",
                &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0],
            ),
            live_sockets: gauge("henji_live_sockets", "Open WebSockets of this node."),
            event_lag: gauge("henji_event_lag", "Events in the log not yet published here."),
            outbox_depth: gauge("henji_outbox_depth", "Texts waiting to be sent."),
            outbox_wait: Gauge::new(
                "henji_outbox_oldest_seconds",
                "How long the text waits that should have left first.",
            )
            .expect("a valid name"),
            unresolved: gauge(
                "henji_unresolved_texts",
                "Texts of unknown fate that the provider's list is asked for.",
            ),
            quarantine: gauge(
                "henji_quarantine_waiting",
                "Webhook requests that wait for a person to judge them.",
            ),
            commits: counter(
                "henji_commits_total",
                "Transactions of this node, by the most writes that share one.",
                &["writes"],
            ),
            commit_writes: IntCounter::new(
                "henji_commit_writes_total",
                "Writes in those transactions.",
            )
            .expect("a valid name"),
            writer_queue: gauge("henji_writer_queue_depth", "Writes waiting for the writer."),
            broker: gauges(
                "henji_broker_connected",
                "Whether hints travel between nodes: 1 or 0; absent where no broker was named.",
                &["broker"],
            ),
            hints: counter("henji_hints_total", "Hints between nodes.", &["way"]),
            database_damaged: gauge(
                "henji_database_damaged",
                "1 once the check of the database's file found damage.",
            ),
            journal_records: gauge(
                "henji_journal_records",
                "Webhook requests acknowledged and not yet in the database.",
            ),
            journal_bytes: gauge("henji_journal_bytes", "Length of the journal's file."),
            database_up: gauge(
                "henji_database_up",
                "2 if the database takes everything, 1 if its disk is full, 0 if it is away.",
            ),
            open_circuits: IntGaugeVec::new(
                Opts::new(
                    "henji_provider_circuits_open",
                    "Accounts this node leaves alone because their provider does not answer.",
                ),
                &["provider"],
            )
            .expect("a valid name"),
            search_lag: gauge(
                "henji_search_lag",
                "Events in the log that the search index does not hold yet.",
            ),
            search_complete: gauge(
                "henji_search_complete",
                "0 while the search index is being made.",
            ),
            registry,
            mail_replies: counter(
                "henji_mail_replies_total",
                "Answers by mail, by what became of them.",
                &["result"],
            ),
        };
        metrics.register();
        metrics
    }

    pub fn inbound(&self, result: Inbound) {
        let result = match result {
            Inbound::Accepted => "accepted",
            Inbound::Duplicate => "duplicate",
            Inbound::Quarantined => "quarantined",
            Inbound::Journaled => "journaled",
        };
        self.inbound.with_label_values(&[result]).inc();
    }

    /// Counts a text that entered `state`, a word of the domain.
    pub fn outbound(&self, state: &'static str) {
        self.outbound.with_label_values(&[state]).inc();
    }

    /// `provider` is the adapter's own word, not the one in the request's path.
    pub fn hook_failed(&self, provider: &'static str, kind: HookFailure) {
        let kind = match kind {
            HookFailure::Inbound => "inbound",
            HookFailure::Receipt => "receipt",
            HookFailure::Voice => "voice",
        };
        self.hook_failures.with_label_values(&[provider, kind]).inc();
    }

    /// `route` is the pattern that matched; `status` the code.
    pub fn http_request(&self, method: &str, route: &str, status: u16, time: Duration) {
        let class = match status {
            100..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.http_requests.with_label_values(&[method, route, class]).inc();
        self.http_seconds.observe(time.as_secs_f64());
    }

    /// `result` is `sent`, `again` or the reason of a refusal.
    pub fn mail_reply(&self, result: &'static str) {
        self.mail_replies.with_label_values(&[result]).inc();
    }

    pub fn set_live_sockets(&self, sockets: usize) {
        self.live_sockets.set(sockets as i64);
    }

    pub fn set_event_lag(&self, events: i64) {
        self.event_lag.set(events);
    }

    pub fn set_outbox_depth(&self, texts: i64) {
        self.outbox_depth.set(texts);
    }

    pub fn set_outbox_wait(&self, wait: TimeDelta) {
        self.outbox_wait.set(wait.as_seconds_f64());
    }

    pub fn set_unresolved(&self, texts: i64) {
        self.unresolved.set(texts);
    }

    pub fn set_quarantine(&self, requests: i64) {
        self.quarantine.set(requests);
    }

    /// Transactions since the start by the upper end of their class, and the
    /// writes in them.
    pub fn set_commits(&self, classes: impl Iterator<Item = (usize, u64)>, writes: u64) {
        for (most, total) in classes {
            let counted = self.commits.with_label_values(&[most.to_string().as_str()]);
            counted.inc_by(total.saturating_sub(counted.get()));
        }
        self.commit_writes.inc_by(writes.saturating_sub(self.commit_writes.get()));
    }

    pub fn set_writer_queue(&self, writes: usize) {
        self.writer_queue.set(writes as i64);
    }

    /// How the line to the other nodes is doing: hints since the start.
    pub fn set_broker(&self, connected: bool, said: u64, heard: u64) {
        self.broker.with_label_values(&["nats"]).set(connected.into());
        for (way, total) in [("said", said), ("heard", heard)] {
            let counted = self.hints.with_label_values(&[way]);
            counted.inc_by(total.saturating_sub(counted.get()));
        }
    }

    pub fn set_database_damaged(&self, is_damaged: bool) {
        self.database_damaged.set(is_damaged.into());
    }

    pub fn set_journal(&self, records: u64, bytes: u64) {
        self.journal_records.set(records as i64);
        self.journal_bytes.set(bytes as i64);
    }

    /// `provider` is the adapter's own word.
    pub fn set_open_circuits(&self, provider: &'static str, accounts: usize) {
        self.open_circuits.with_label_values(&[provider]).set(accounts as i64);
    }

    pub fn set_search(&self, behind: i64, is_complete: bool) {
        self.search_lag.set(behind);
        self.search_complete.set(is_complete.into());
    }

    pub fn set_database_up(&self, level: i64) {
        self.database_up.set(level);
    }

    /// The text exposition format, version 0.0.4.
    pub fn text(&self) -> String {
        let mut out = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut out)
            .expect("metrics are gathered with a name and a value each");
        String::from_utf8(out).expect("the text format is UTF-8")
    }

    fn register(&self) {
        let collectors: [Box<dyn Collector>; 24] = [
            Box::new(self.inbound.clone()),
            Box::new(self.outbound.clone()),
            Box::new(self.hook_failures.clone()),
            Box::new(self.http_requests.clone()),
            Box::new(self.http_seconds.clone()),
            Box::new(self.live_sockets.clone()),
            Box::new(self.event_lag.clone()),
            Box::new(self.outbox_depth.clone()),
            Box::new(self.outbox_wait.clone()),
            Box::new(self.unresolved.clone()),
            Box::new(self.quarantine.clone()),
            Box::new(self.commits.clone()),
            Box::new(self.commit_writes.clone()),
            Box::new(self.writer_queue.clone()),
            Box::new(self.broker.clone()),
            Box::new(self.hints.clone()),
            Box::new(self.database_damaged.clone()),
            Box::new(self.journal_records.clone()),
            Box::new(self.journal_bytes.clone()),
            Box::new(self.database_up.clone()),
            Box::new(self.open_circuits.clone()),
            Box::new(self.search_lag.clone()),
            Box::new(self.search_complete.clone()),
            Box::new(self.mail_replies.clone()),
        ];
        for collector in collectors {
            self.registry.register(collector).expect("each name is registered once");
        }
    }
}

fn counter(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, help), labels).expect("a valid name")
}

fn gauge(name: &str, help: &str) -> IntGauge {
    IntGauge::new(name, help).expect("a valid name")
}

fn gauges(name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
    IntGaugeVec::new(Opts::new(name, help), labels).expect("a valid name")
}

fn histogram(name: &str, help: &str, buckets: &[f64]) -> Histogram {
    let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
    Histogram::with_opts(options).expect("a valid name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_in_the_text() {
        let metrics = Metrics::new();
        metrics.inbound(Inbound::Accepted);
        metrics.inbound(Inbound::Accepted);
        metrics.inbound(Inbound::Quarantined);
        metrics.outbound("delivered");
        metrics.hook_failed("twilio", HookFailure::Receipt);
        metrics.http_request("GET", "/conversations/{id}", 404, Duration::from_millis(3));
        metrics.mail_reply("unvouched");
        metrics.set_live_sockets(7);
        metrics.set_event_lag(2);
        metrics.set_outbox_depth(11);
        metrics.set_writer_queue(5);
        metrics.set_outbox_wait(TimeDelta::milliseconds(1_500));
        metrics.set_commits([(1, 3), (4, 2)].into_iter(), 9);
        metrics.set_commits([(1, 4), (4, 2)].into_iter(), 10);
        assert!(!metrics.text().contains("henji_broker"));
        metrics.set_broker(true, 8, 2);
        metrics.set_broker(false, 9, 2);
        let text = metrics.text();
        for line in [
            r#"henji_inbound_total{result="accepted"} 2"#,
            r#"henji_inbound_total{result="quarantined"} 1"#,
            r#"henji_outbound_total{state="delivered"} 1"#,
            r#"henji_webhook_verification_failures_total{kind="receipt",provider="twilio"} 1"#,
            r#"henji_http_requests_total{method="GET",route="/conversations/{id}",status="4xx"} 1"#,
            r#"henji_http_request_seconds_count 1"#,
            r#"henji_http_request_seconds_bucket{le="0.005"} 1"#,
            r#"henji_http_request_seconds_bucket{le="0.001"} 0"#,
            r#"henji_mail_replies_total{result="unvouched"} 1"#,
            "henji_live_sockets 7",
            "henji_event_lag 2",
            "henji_outbox_depth 11",
            "henji_writer_queue_depth 5",
            "henji_outbox_oldest_seconds 1.5",
            r#"henji_commits_total{writes="1"} 4"#,
            "henji_commit_writes_total 10",
            r#"henji_broker_connected{broker="nats"} 0"#,
            r#"henji_hints_total{way="said"} 9"#,
            r#"henji_hints_total{way="heard"} 2"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
    }
}
