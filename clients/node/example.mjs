// Converts five pages for each shard, and goes on where an earlier attempt has stopped.
import {Worker} from './elasticjob-worker.mjs';

async function resize(execution) {
  if (execution.checkpoint === '5') {
    return execution.skip('no page is left');
  }
  for (let page = Number(execution.checkpoint ?? 0); page < 5; page++) {
    execution.signal.throwIfAborted();
    execution.log(`page ${page} of shard ${execution.shard}\n`);
    await execution.save(String(page + 1)); // resolves when the checkpoint is stored
    execution.progress((page + 1) * 20, `page ${page}`);
  }
  execution.result('5 pages');
}

const worker = new Worker({
  gateways: [process.env.ELASTICJOB_GATEWAY ?? 'http://localhost:8080'],
  handlers: {resize},
  slots: 2,
  crew: 'resize',
  token: process.env.ELASTICJOB_TOKEN,
});
process.on('SIGTERM', () => worker.stop());
await worker.run();
