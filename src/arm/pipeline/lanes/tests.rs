//! The lanes against simulated buckets of Azure Resource Manager. They have their full size but fill fifty
//! times as fast, so that minutes take seconds. One test, not run by default, fills them as Azure does.

mod hour;

use super::super::retry::RetryPolicy;
use super::kind::Verb;
use super::*;
use crate::arm::pace::Refill;
use azure_core::http::Method;
use futures::FutureExt as _;
use futures::future::join_all;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio_util::sync::CancellationToken;
use url::Url;

const SUBSCRIPTION: &str = "https://arm.example/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590";

/// A token bucket for each kind, as Microsoft's page describes them, and the results of the requests.
#[derive(Debug)]
struct SimulatedArm {
    buckets: Mutex<HashMap<Verb, (f64, Instant)>>,
    /// Whether responses show what is left.
    has_limit_headers: bool,
    /// How many times as fast as in Azure the buckets fill.
    speed: u32,
    accepted: Mutex<Vec<String>>,
    refused: AtomicU64,
}

impl SimulatedArm {
    fn new(has_limit_headers: bool, speed: u32) -> Arc<Self> {
        let (buckets, accepted) = (Mutex::default(), Mutex::default());
        Arc::new(Self { buckets, has_limit_headers, speed, accepted, refused: AtomicU64::new(0) })
    }

    /// Leaves this many tokens in the bucket of writes.
    fn with_writes(self: Arc<Self>, tokens: f64) -> Arc<Self> {
        locked(&self.buckets).insert(Verb::Write, (tokens, Instant::now()));
        self
    }

    /// The pace of a client that knows these buckets.
    fn pace(&self) -> Pace {
        let Refill { reads, writes, deletes } = Pace::default().refill;
        let times = self.speed;
        let refill = Refill { reads: reads * times, writes: writes * times, deletes: deletes * times };
        Pace { refill, ..Pace::default() }
    }

    fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn accepted(&self) -> Vec<String> {
        locked(&self.accepted).clone()
    }

    /// Takes a token: returns what is left, or the time in seconds until there is one again.
    fn take(&self, verb: Verb) -> Result<f64, f64> {
        let speed = f64::from(self.speed);
        let (size, rate) = if verb == Verb::Read { (250.0, 25.0 * speed) } else { (200.0, 10.0 * speed) };
        let now = Instant::now();
        let mut buckets = locked(&self.buckets);
        let (tokens, at) = buckets.entry(verb).or_insert((size, now));
        *tokens = (*tokens + rate * (now - *at).as_secs_f64()).min(size);
        *at = now;
        if *tokens < 1.0 {
            // Azure names whole seconds.
            return Err(((1.0 - *tokens) / rate * speed).ceil() / speed);
        }
        *tokens -= 1.0;
        Ok(tokens.floor())
    }
}

#[async_trait]
impl Policy for SimulatedArm {
    async fn send(&self, _: &Context, request: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        let verb = Verb::of(request.method());
        let (status, name, value) = match self.take(verb) {
            Ok(remaining) => {
                locked(&self.accepted).push(request.url().path().rsplit('/').next().unwrap().to_owned());
                (200, format!("x-ms-ratelimit-remaining-subscription-{verb:?}s").to_lowercase(), remaining)
            }
            Err(wait) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                (429, "retry-after-ms".to_owned(), 1_000.0 * wait)
            }
        };
        tokio::time::sleep(Duration::from_millis(100) / self.speed).await;
        let mut headers = Headers::new();
        if self.has_limit_headers || status == 429 {
            headers.insert(name, value.to_string());
        }
        let body = r#"{"error": {"code": "SubscriptionRequestsThrottled", "message": "too many"}}"#;
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}

/// The request policies that matter here.
struct TestPipeline {
    policies: Vec<Arc<dyn Policy>>,
    lanes: Arc<LanePolicy>,
}

impl TestPipeline {
    fn to(arm: &Arc<SimulatedArm>) -> Self {
        let lanes = Arc::new(LanePolicy::new(arm.pace()));
        let retry = RetryPolicy::new(arm.pace());
        Self { policies: vec![Arc::new(retry), lanes.clone(), arm.clone()], lanes }
    }

    /// The same without lanes.
    fn without_lanes(arm: &Arc<SimulatedArm>) -> Self {
        let mut pipeline = Self::to(arm);
        pipeline.policies.remove(1);
        pipeline
    }

    async fn send(&self, method: Method, name: &str, call: &Call) -> azure_core::Result<u16> {
        let url = Url::parse(&format!("{SUBSCRIPTION}/{name}")).unwrap();
        let ctx = Context::new().with_value(call.clone());
        let (first, rest) = self.policies.split_first().unwrap();
        let answer = first.send(&ctx, &mut Request::new(url, method), rest).await?;
        Ok(u16::from(answer.status()))
    }

    /// Sends this many requests at once. Each must succeed.
    async fn all(&self, method: Method, count: usize, call: &Call) {
        let names: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        let all = names.iter().map(|name| self.send(method, name, call).boxed());
        for status in join_all(all).await {
            assert_eq!(status.unwrap(), 200);
        }
    }
}

fn call() -> Call {
    Call::new(Duration::from_secs(3_600), CancellationToken::new())
}

fn ours(error: azure_core::Error) -> Error {
    error.into_downcast().unwrap()
}

/// A thousand creations, a refresh of three requests each, a thousand deletions.
async fn a_thousand_of_each(speed: u32) {
    let arm = SimulatedArm::new(true, speed);
    let (pipeline, call) = (TestPipeline::to(&arm), call());
    pipeline.all(Method::Put, 1000, &call).await;
    let order: Vec<u32> = arm.accepted().iter().map(|name| name.parse().unwrap()).collect();
    assert_eq!(order.len(), 1000);
    assert!(arm.refused() <= 10, "{} refusals", arm.refused());
    if arm.refused() == 0 {
        assert!(order.is_sorted(), "who came first goes first: {order:?}");
    }
    // Kinds do not wait for each other.
    tokio::join!(pipeline.all(Method::Get, 3000, &call), pipeline.all(Method::Delete, 1000, &call));
    assert_eq!(arm.accepted().len(), 5000);
    assert!(arm.refused() <= 30, "{} refusals", arm.refused());
}

#[tokio::test]
async fn a_thousand_requests_of_each_kind_are_hardly_refused() {
    a_thousand_of_each(50).await;
}

#[tokio::test]
#[ignore = "four minutes: buckets that fill as slowly as Azure's"]
async fn a_thousand_requests_of_each_kind_are_hardly_refused_in_full() {
    a_thousand_of_each(1).await;
}

#[tokio::test]
async fn without_lanes_most_requests_are_refused() {
    let arm = SimulatedArm::new(true, 50);
    TestPipeline::without_lanes(&arm).all(Method::Put, 600, &call()).await;
    assert!(arm.refused() > 300, "{} refusals", arm.refused());
}

#[tokio::test]
async fn two_processes_share_one_bucket() {
    let arm = SimulatedArm::new(true, 50);
    let (one, other, call) = (TestPipeline::to(&arm), TestPipeline::to(&arm), call());
    tokio::join!(one.all(Method::Put, 400, &call), other.all(Method::Put, 400, &call));
    assert!(arm.refused() <= 40, "{} refusals", arm.refused());
}

#[tokio::test]
async fn a_refusal_delays_all_requests_if_no_header_names_a_bucket() {
    // Slower than the other tests: a request takes ten milliseconds, so that a busy machine delays few of
    // them.
    let arm = SimulatedArm::new(false, 10);
    TestPipeline::to(&arm).all(Method::Put, 600, &call()).await;
    // Requests under way when the bucket ran empty are refused, and few after them. Without lanes, most are.
    assert!(arm.refused() <= 300, "{} refusals", arm.refused());
}

#[tokio::test]
async fn a_request_delayed_by_anothers_refusal_reports_it() {
    // The bucket is empty for two seconds.
    let arm = SimulatedArm::new(true, 50).with_writes(-1_000.0);
    let (pipeline, long) = (TestPipeline::to(&arm), call());
    let refused = pipeline.send(Method::Put, "x", &long);
    let short = Call::new(Duration::from_millis(500), CancellationToken::new());
    let waiting = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        pipeline.send(Method::Put, "y", &short).await
    };
    let (first, second) = tokio::join!(refused, waiting);
    assert_eq!(first.unwrap(), 200);
    let error = ours(second.unwrap_err());
    let report = error.report();
    assert!(error.is_timeout() && report.contains("SubscriptionRequestsThrottled"), "{report}");
    assert_eq!(arm.refused(), 1, "the second was never sent");
}

#[tokio::test]
async fn waiting_ends_with_the_deadline() {
    let arm = SimulatedArm::new(true, 1).with_writes(20.0);
    let pipeline = TestPipeline::to(&arm);
    let short = Call::new(Duration::from_secs(1), CancellationToken::new());
    let ended = join_all((0..100).map(|_| pipeline.send(Method::Put, "x", &short))).await;
    let errors: Vec<_> = ended.into_iter().filter_map(Result::err).map(ours).collect();
    assert!(errors.len() >= 50 && errors.len() <= 80, "{}", errors.len());
    assert!(errors.iter().all(Error::is_timeout), "{errors:?}");
}

#[tokio::test]
async fn waiting_ends_when_the_call_is_cancelled() {
    let arm = SimulatedArm::new(true, 1).with_writes(-10_000.0);
    let (pipeline, token) = (TestPipeline::to(&arm), CancellationToken::new());
    let stopped = Call::new(Duration::from_secs(3_600), token.clone());
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        token.cancel();
    };
    let all = join_all((0..50).map(|_| pipeline.send(Method::Put, "x", &stopped)));
    let both = async { tokio::join!(all, cancel).0 };
    let ended = tokio::time::timeout(Duration::from_secs(60), both).await.expect("it waits nevertheless");
    assert!(ended.into_iter().all(|ended| ours(ended.unwrap_err()).is_cancelled()));
    // Other kinds continue, and no request is left behind in the queue.
    assert_eq!(pipeline.send(Method::Get, "x", &call()).await.unwrap(), 200);
    assert_eq!(pipeline.lanes.lanes().idle(), (true, 2));
}

/// A service whose responses to one kind of request show a nearly empty bucket.
#[derive(Debug)]
struct NearlyEmptyBucket;

#[async_trait]
impl Policy for NearlyEmptyBucket {
    async fn send(&self, ctx: &Context, request: &mut Request, _: &[Arc<dyn Policy>]) -> PolicyResult {
        let mut headers = Headers::new();
        if request.method() == Method::Get && ctx.value::<Poll>().is_none() {
            let bucket = "Microsoft.Compute/GetGalleryInVMAccessControlProfileVersion30Min;0";
            headers.insert("x-ms-ratelimit-remaining-resource", bucket);
        }
        Ok(AsyncRawResponse::from_bytes(200.into(), headers, ""))
    }
}

#[tokio::test]
async fn a_bucket_slows_the_requests_that_named_it_and_no_others() {
    let lanes = Arc::new(LanePolicy::new(Pace::default()));
    let next: [Arc<dyn Policy>; 1] = [Arc::new(NearlyEmptyBucket)];
    let profiles = "/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/inVMAccessControlProfiles";
    let send = async |method, path: &str, is_poll: bool, within: u64| {
        let url = Url::parse(&format!("{SUBSCRIPTION}{path}")).unwrap();
        let call = Call::new(Duration::from_millis(within), CancellationToken::new());
        let ctx = Context::new().with_value(call);
        let ctx = if is_poll { ctx.with_value(Poll::Operation) } else { ctx };
        lanes.send(&ctx, &mut Request::new(url, method), &next).await
    };
    let version = format!("{profiles}/p/versions/1.0.0");
    send(Method::Get, &version, false, 1_000).await.unwrap();
    let slowed = ours(send(Method::Get, &version, false, 100).await.unwrap_err());
    assert!(slowed.is_timeout(), "{slowed}");
    let others = async {
        for _ in 0..100 {
            send(Method::Put, &version, false, 1_000).await.unwrap();
            send(Method::Delete, &version, false, 1_000).await.unwrap();
            send(Method::Get, &version, true, 1_000).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(5), others).await.expect("nothing slows them");
    // A list names the bucket as well. Its lane follows the bucket only from then on.
    send(Method::Get, &format!("{profiles}/p/versions"), false, 100).await.unwrap();
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
