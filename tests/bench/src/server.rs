//! The three sides, each a process of its own on the servers' core.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{any, get, post};
use bytes::Bytes;
use clap::ValueEnum;
use sayso_consent::leak::{Leak, plant};
use sayso_gateway::serve::serve as accept;
use sayso_gateway::{Gateway, Limits};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, watch};

use crate::CORES;
use crate::wire::{Connection, request};
use crate::world::{Known, World};

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Side {
    /// The program as it is.
    Sayso,
    /// The same, and every decision is a yes.
    PermitAll,
    /// Nothing but our accept loop, the web framework, and a body that never changes.
    Bare,
}

/// Nothing is limited: what is measured is the work, not the limit.
const UNLIMITED: Limits =
    Limits { client_each_second: None, same_each_minute: None, codes_each_minute: None, nothing_takes: Duration::ZERO };
/// The largest static body, in bytes.
const BODY_MAX_BYTES: usize = 1024 * 1024;

/// Runs until its input is closed.
pub(crate) async fn serve(side: Side) {
    let router = match side {
        Side::Sayso => house().await,
        Side::PermitAll => {
            let router = house().await;
            plant(Leak::PermitAll);
            router
        }
        Side::Bare => bare().await,
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        let mut input = BufReader::new(tokio::io::stdin()).lines();
        while let Ok(Some(_)) = input.next_line().await {}
        let _ = stop.send(true);
    });
    accept(listener, router, stopped).await;
}

async fn house() -> Router {
    let world = Arc::new(World::new().await);
    let gateway = Gateway::new(world.exchange.clone(), world.place.clone(), UNLIMITED);
    let ready = gateway.clone();
    tokio::spawn(async move { ready.keep_ready().await });
    let doors = sayso_gateway::router(gateway);
    let known = |State(world): State<Arc<World>>| async move { serde_json::to_string(&world.known().await).unwrap() };
    let open = |State(world): State<Arc<World>>, Path(n): Path<usize>| async move { world.open(n).await };
    let close = |State(world): State<Arc<World>>, Path(n): Path<usize>| async move { world.close(n).await };
    Router::new()
        .route("/bench/known", get(known))
        .route("/bench/open/{n}", post(open))
        .route("/bench/close/{n}", post(close))
        .with_state(world)
        .fallback_service(doors)
}

async fn bare() -> Router {
    let body = Bytes::from(vec![b'x'; BODY_MAX_BYTES]);
    let same = body.clone();
    let answer = move |Path(bytes): Path<usize>, _sent: Bytes| {
        let body = body.slice(..bytes);
        async move { ([("content-type", "application/fhir+json")], body) }
    };
    let rows = Arc::new(Rows::open().await);
    let insert = move |Path(bytes): Path<usize>, sent: Bytes| {
        let (body, rows) = (same.slice(..bytes), Arc::clone(&rows));
        async move {
            rows.insert(&sent).await;
            ([("content-type", "application/json")], body)
        }
    };
    Router::new().route("/static/{bytes}", any(answer)).route("/insert/{bytes}", any(insert))
}

/// One table of bodies, as durable as the store: each insert is on the disk before it is answered.
struct Rows {
    connection: Mutex<SqliteConnection>,
    _folder: tempfile::TempDir,
}

impl Rows {
    async fn open() -> Self {
        let folder = tempfile::Builder::new().prefix("sayso-bench-").tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("rows.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = options.connect().await.unwrap();
        sqlx::query("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
            .execute(&mut connection)
            .await
            .unwrap();
        Self { connection: Mutex::new(connection), _folder: folder }
    }

    async fn insert(&self, body: &[u8]) {
        let mut connection = self.connection.lock().await;
        let query = sqlx::query("INSERT INTO row (body) VALUES (?)").bind(body);
        query.execute(&mut *connection).await.unwrap();
    }
}

/// A running side.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    child: Child,
}

/// All three.
pub(crate) struct Sides {
    running: Vec<(Side, Running)>,
}

impl Sides {
    pub(crate) async fn start() -> Self {
        let mut running = Vec::new();
        for side in [Side::Sayso, Side::PermitAll, Side::Bare] {
            running.push((side, Running::start(side).await));
        }
        Self { running }
    }

    pub(crate) fn address(&self, side: Side) -> SocketAddr {
        self.running.iter().find(|(one, _)| *one == side).unwrap().1.address
    }

    pub(crate) async fn stop(self) {
        for (_, mut running) in self.running {
            drop(running.child.stdin.take());
            let _ = running.child.wait().await;
        }
    }

    /// What one side knows, with fresh tokens.
    pub(crate) async fn known(&self, side: Side) -> Known {
        let mut connection = Connection::open(self.address(side)).await;
        assert_eq!(connection.ask(&request("GET", "/bench/known", &[], b"")).await, 200);
        serde_json::from_slice(connection.body()).unwrap()
    }
}

impl Running {
    async fn start(side: Side) -> Self {
        let name = side.to_possible_value().unwrap();
        let mut command = Command::new("taskset");
        command.args(["-c", CORES[0]]).arg(std::env::current_exe().unwrap()).args(["serve", name.get_name()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.next_line().await.unwrap().expect("the server says where it is").parse().unwrap();
        Self { address, child }
    }
}
