//! `sayso serve`: the house for real.

use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn;
use sayso_exchange::Exchange;
use sayso_gateway::Limits;
use sayso_gateway::serve::serve;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::{Config, Where};
use crate::operations::Ready;
use crate::{canary, house, logs, operations};

/// How often the canary is asked for while the house is open.
const CANARY_EVERY: Duration = Duration::from_secs(60);

/// Every how many rounds of that the plans whose time is over are ended: once an hour. Until then they are not in force
/// either: a read looks at the day itself.
const END_PLANS_EVERY: u64 = 60;

/// Runs until SIGTERM or SIGINT.
pub(crate) async fn run(from: &Where) -> Result<ExitCode, String> {
    logs::start();
    let config = Config::read(from)?;
    let store = house::store(&config.data, config.key).await?;
    let exchange = house::exchange(store, &config.place, config.private_networks);
    let doors = house::doors(&exchange, &config.place, Limits::default(), &config.operator);
    canary::unread(&exchange, &doors).await?;
    let listener = bind(config.listen).await?;
    let second = bind(config.operations).await?;
    // What is really listened on: the configuration may leave the port to the system (0).
    let place = |listener: &TcpListener| listener.local_addr().map_err(|error| error.to_string());
    tracing::info!(listen = %place(&listener)?, operations = %place(&second)?, "open");
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        let _ = stop.send(true);
    });
    open(exchange, doors, listener, Some(second), stopped).await?;
    tracing::info!("closed");
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn bind(address: std::net::SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))
}

/// Serves both listeners until told to stop, then closes the store.
pub(crate) async fn open(
    exchange: Exchange,
    doors: Router,
    listener: TcpListener,
    second: Option<TcpListener>,
    stopped: watch::Receiver<bool>,
) -> Result<(), String> {
    let counts = logs::count()?;
    let ready = Ready::new(exchange.clone());
    let watch = tokio::spawn(look_after(exchange.clone(), doors.clone(), ready.clone()));
    let operations =
        second.map(|second| tokio::spawn(serve(second, operations::router(ready, counts), stopped.clone())));
    serve(listener, doors.layer(from_fn(logs::each)), stopped).await;
    watch.abort();
    if let Some(operations) = operations {
        let _ = operations.await;
    }
    exchange.store().clone().close().await;
    Ok(())
}

/// Asks for the canary again and again, tidies, and ends the plans whose time is over.
async fn look_after(exchange: Exchange, doors: Router, ready: Ready) {
    for round in 0_u64.. {
        if round.is_multiple_of(END_PLANS_EVERY) && exchange.end_plans().await.is_err() {
            tracing::warn!("plans whose time is over could not be ended");
        }
        tokio::time::sleep(CANARY_EVERY).await;
        let unread = canary::unread(&exchange, &doors).await;
        if let Err(why) = &unread {
            tracing::error!(why, "not ready");
        }
        ready.canary(unread.is_ok());
        if exchange.tidy().await.is_err() {
            tracing::warn!("what has ended could not be tidied away");
        }
    }
}

/// Waits for the signal to stop.
pub(crate) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
