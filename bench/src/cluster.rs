//! The parts of a Ballista cluster on this machine, a process each: what `testdata/servers/engines.sh` holds
//! the counts of one process against. They read S3-compatible stores by what the environment says.

use ballista_core::object_store::{
    runtime_env_with_s3_support, session_config_with_s3_support, session_state_with_s3_support,
};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use std::sync::Arc;

/// Serves until it is stopped: `scheduler PORT`, or `executor PORT SCHEDULER_PORT FOLDER`, which takes the
/// port after its own too and leaves what executors hand each other under FOLDER.
pub(crate) fn run(args: &[String]) {
    // As much stack as Ballista's own scheduler takes: plans are walked recursively, and those of several
    // views are deep.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(32 << 20)
        .build()
        .expect("threads");
    let port = |at: usize| args.get(at).and_then(|text| text.parse().ok()).expect("a port");
    let served = match args.first().map(String::as_str) {
        Some("scheduler") => runtime.block_on(scheduler(port(1))),
        Some("executor") => {
            let folder = args.get(3).expect("a folder").clone();
            runtime.block_on(executor(port(1), port(2), folder))
        }
        _ => panic!("`scheduler PORT`, or `executor PORT SCHEDULER_PORT FOLDER`"),
    };
    served.expect("ports that are free");
}

async fn scheduler(port: u16) -> ballista_core::error::Result<()> {
    let config = SchedulerConfig::default()
        .with_hostname("127.0.0.1")
        .with_port(port)
        .with_override_config_producer(Arc::new(session_config_with_s3_support))
        .with_override_session_builder(Arc::new(session_state_with_s3_support));
    let cluster = BallistaCluster::new_from_config(&config).await?;
    start_server(cluster, ([127, 0, 0, 1], port).into(), Arc::new(config)).await
}

async fn executor(port: u16, scheduler: u16, folder: String) -> ballista_core::error::Result<()> {
    let config = ExecutorProcessConfig {
        external_host: Some("127.0.0.1".to_owned()),
        port,
        grpc_port: port + 1,
        scheduler_host: "127.0.0.1".to_owned(),
        scheduler_port: scheduler,
        scheduler_connect_timeout_seconds: 60,
        vcores: 1,
        work_dir: Some(folder),
        override_config_producer: Some(Arc::new(session_config_with_s3_support)),
        override_runtime_producer: Some(Arc::new(runtime_env_with_s3_support)),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await
}
