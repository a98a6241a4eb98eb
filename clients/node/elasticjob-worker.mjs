#!/usr/bin/env node
// Copyright: the authors of ElasticJob for Spring Boot. Licensed under the Apache License, Version 2.0.
/**
 * A worker for ElasticJob gateways: a library, and a command that runs another command for each shard.
 *
 *     import {Worker} from './elasticjob-worker.mjs';
 *
 *     const worker = new Worker({
 *       gateways: ['http://localhost:8080'], slots: 4, crew: 'resize', token: process.env.ELASTICJOB_TOKEN,
 *       handlers: {
 *         async resize(execution) {
 *           for (const page of pages(execution.shard, execution.shardingTotalCount, execution.checkpoint)) {
 *             if (execution.signal.aborted) return;
 *             await workOn(page);
 *             await execution.save(page); // resolves when the checkpoint is stored
 *           }
 *         },
 *       },
 *     });
 *     process.once('SIGTERM', () => worker.stop());
 *     await worker.run();
 *
 * As a command:
 *
 *     ELASTICJOB_TOKEN=... node elasticjob-worker.mjs --gateway http://localhost:8080 --handler resize --slots 4 -- ./resize.sh
 *
 * What the command writes into the file EJ_RESULT_FILE is its result. If it makes the file EJ_SKIP_FILE, there was nothing to do,
 * for the reason that it writes there. It needs nothing but Node 18 or newer. Fencing tokens are texts: JavaScript has no numbers of 64 bits.
 */
import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {request as httpRequest} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {existsSync, mkdtempSync, readFileSync, realpathSync, rmSync} from 'node:fs';
import {hostname, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const VERSION = '0.1.0';
const PATH = '/elasticjob/workers/v1';
const LOG_TAIL = 16 * 1024;
const LOG_EVERY = 2_000; // milliseconds between two pieces of the log of a running execution
const ERROR = 2_000; // characters of the text of a failure
const MESSAGE = 200;
const REASON = 500; // characters of the reason for having nothing to do
const CHECKPOINT = 4 * 1024; // bytes of a checkpoint
const RESULT = 1024; // bytes of a result
const OUTPUT_AFTER = 5_000; // milliseconds for the rest of the output of a command that has ended: what it left behind may hold it open
const BODY = 300_000; // characters of results in one request, and of notes; what does not fit goes with the next

/** A gateway refuses a request. */
export class Problem extends Error {
  constructor(status, body) {
    super(`${status} ${body.detail ?? ''}`);
    this.status = status;
    this.body = body;
  }
}

/** The execution no longer holds its shard: nothing more of it is recorded. */
export class ShardLost extends Error {}

/** The command has ended with another exit code than 0. */
class CommandFailed extends Error {}

/** Time that has passed, by the clock that says more: a machine that slept does not notice by one of them alone. */
class Stopwatch {
  #monotonic = performance.now();
  #wall = Date.now();

  get ms() {
    return Math.max(performance.now() - this.#monotonic, Date.now() - this.#wall);
  }
}

/** One shard of one firing, as its handler sees it. */
export class Execution {
  #controller = new AbortController();
  #note;
  #notes = 0;
  #said = '';
  #saidSince;
  #telling = false;
  #result;
  #skipped;

  constructor(task, note) {
    this.#note = note;
    this.begun = new Stopwatch();
    this.task = task;
    this.id = task.id;
    this.job = task.job;
    this.handler = task.handler;
    this.name = task.execution;
    this.shard = task.shard;
    this.shardingTotalCount = task.shardingTotalCount;
    this.shardingParameter = task.shardingParameter ?? '';
    this.jobParameter = task.jobParameter ?? '';
    this.fireTime = task.fireTime;
    this.previousFireTime = task.previousFireTime;
    this.intervalStart = task.intervalStart;
    this.originFireTime = task.originFireTime;
    this.causes = task.causes ?? []; // the firings after which this one runs, with their results by shard
    this.trigger = task.trigger;
    this.attempt = task.attempt;
    this.fencingToken = task.fencingToken;
    this.checkpoint = task.checkpoint;
  }

  /** Aborted when the handler should end as soon as it can; its reason says why. */
  get signal() {
    return this.#controller.signal;
  }

  /** Stores how far the work has come, for the next attempt. Resolves when the scheduler has it. */
  async save(checkpoint) {
    if (Buffer.byteLength(checkpoint) > CHECKPOINT) {
      throw new RangeError(`checkpoint: must have at most ${CHECKPOINT} bytes`);
    }
    const refused = await this.#note(this, ++this.#notes, {checkpoint});
    if (refused) {
      throw new ShardLost(refused);
    }
    this.checkpoint = checkpoint;
  }

  /** Leaves a result, which is recorded with the end if that is a success. The last call counts. */
  result(text) {
    const size = Buffer.byteLength(text);
    if (size > RESULT) {
      throw new RangeError(`result: must have at most ${RESULT} bytes, and has ${size}`);
    }
    if (Buffer.from(text).toString() !== text) {
      throw new RangeError('result: holds half a surrogate pair, which is no text');
    }
    this.#result = text;
  }

  /** Says that there is nothing to do: the end is then neither a success nor a failure. The last call counts. */
  skip(reason = '') {
    this.#skipped = String(reason).slice(0, REASON);
  }

  /** The reason given to skip(); undefined when it was not called. */
  get skipped() {
    return this.#skipped;
  }

  /** What was left; undefined when nothing was. */
  get left() {
    return this.#result;
  }

  /** Tells how far the work has come, for people. */
  progress(percent, message) {
    const whole = Math.max(0, Math.min(100, Math.trunc(percent) || 0));
    this.#note(this, ++this.#notes, {percent: whole, message: message?.slice(0, MESSAGE)}).catch(() => {});
  }

  /** Adds to the log of the execution, for people. Does not wait; of what comes faster than it is sent, the end is kept. */
  log(text) {
    this.#said = (this.#said + text).slice(-LOG_TAIL);
    this.#saidSince ??= new Stopwatch();
  }

  /** Whether something is logged that should be sent while it runs. */
  get hasToSay() {
    return this.#saidSince !== undefined && this.#saidSince.ms > LOG_EVERY && !this.#telling;
  }

  /** Sends what is logged along with the next exchange, unless the piece before is still on its way. */
  tellLog() {
    if (this.#said && !this.#telling) {
      this.#telling = true;
      const told = () => {
        this.#telling = false;
      };
      this.#note(this, ++this.#notes, {log: this.takeLog()}, false).then(told, told);
    }
  }

  /** What was logged and not sent. */
  takeLog() {
    const said = this.#said;
    this.#said = '';
    this.#saidSince = undefined;
    return said;
  }

  cancel(why) {
    this.#controller.abort(why);
  }
}

/** Takes shards from a gateway and runs them. */
export class Worker {
  #options;
  #gateways;
  #process = randomUUID();
  #running = new Map();
  #results = new Map();
  #notes = new Map();
  #attachment;
  #seq = 0;
  #lease;
  #stopping = false;
  #open = new Set();
  #wake = () => {};
  #woken = false;

  /**
   * @param options gateways: addresses; handlers: functions of an Execution by the names of handlers; slots, name, crew, labels,
   *   token, or a function that gives it before each request; tls: options of node:https; waitMs: how long an exchange waits; graceMs: how long what runs has after stop()
   */
  constructor(options) {
    if (!options.gateways?.length) {
      throw new TypeError('gateways: name at least one address');
    }
    if (!Object.keys(options.handlers ?? {}).length) {
      throw new TypeError('handlers: name at least one');
    }
    this.#options = {slots: 1, labels: {}, waitMs: 20_000, graceMs: 30_000, log: () => {}, ...options};
    this.name = options.name ?? `${hostname().slice(0, 40)}-${randomUUID().slice(0, 6)}`;
    this.#gateways = [...options.gateways];
  }

  /** Works until stop() is called, or a gateway refuses this worker for good. */
  async run() {
    const guard = setInterval(() => this.#guard(), 100);
    let failures = 0;
    try {
      while (!this.#stopping || this.#running.size || this.#results.size) {
        try {
          if (!this.#attachment) {
            await this.#attach();
          }
          await this.#exchange();
          failures = 0;
          continue;
        } catch (failed) {
          failures++;
          this.#failed(failed);
        }
        if (this.#stopping && failures > 20) {
          break;
        }
        await new Promise(resolve => setTimeout(resolve, Math.min(5_000, 100 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2)));
      }
      await this.#detach();
    } finally {
      await this.#endAll(); // nothing runs on without a lease
      clearInterval(guard);
      this.#open.forEach(request => request.destroy()); // an exchange that waits would keep the process
    }
  }

  /** Takes nothing new, lets what runs come to its end, and leaves. What has not ended after the grace is cancelled. */
  stop() {
    this.#stopping = true;
    setTimeout(() => this.#cancelAll('SHUTDOWN'), this.#options.graceMs).unref();
    this.#wakeUp();
  }

  // ---- Talking

  async #attach() {
    const holds = [...this.#running.values()].map(one => ({id: one.id, state: 'RUNNING', runningMs: Math.trunc(one.begun.ms)}))
      .concat(fitting(this.#results.values()).map(result => ({...result, state: 'ENDED'})));
    const answer = await this.#send('POST', '', {
      name: this.name, crew: this.#options.crew ?? this.name, handlers: Object.keys(this.#options.handlers),
      labels: this.#options.labels, slots: this.#options.slots, client: `node/${VERSION}`, process: this.#process, holds}, 10_000);
    this.#attachment = answer.worker;
    for (const address of answer.gateways ?? []) {
      if (!this.#gateways.includes(address)) {
        this.#gateways.push(address);
      }
    }
    for (const id of answer.lost ?? []) {
      this.#running.get(id)?.cancel('SHARD_LOST');
      this.#running.delete(id);
      this.#over(id);
    }
    for (const id of answer.recorded ?? []) {
      this.#over(id);
    }
    this.#options.log(`Attached to ${this.#gateways[0]} as ${answer.worker}`);
  }

  /** One exchange. A result or a note that comes while it is parked is sent by the next one, at once. */
  async #exchange() {
    const seq = ++this.#seq;
    this.#woken = false;
    const woken = new Promise(resolve => {
      this.#wake = () => resolve(undefined);
    });
    this.#running.forEach(execution => execution.tellLog());
    const all = [...this.#notes.values()].map(note => note.wire);
    const notes = fitting(all);
    const unsaid = new Set(all.slice(notes.length).map(note => note.id));
    // An end comes after all that was said before it. What does not fit has not ended yet, as far as the gateway is told.
    const results = fitting([...this.#results.values()].filter(result => !unsaid.has(result.id)));
    const later = [...this.#results.keys()].filter(id => !results.some(result => result.id === id));
    const body = {
      seq, free: this.#stopping ? 0 : Math.max(0, this.#options.slots - this.#running.size),
      running: [...this.#running.keys(), ...later], waitMs: later.length ? 0 : this.#options.waitMs,
      results, notes};
    const sent = new Stopwatch();
    const sending = this.#send('POST', `/${encodeURIComponent(this.#attachment)}/exchange`, body, this.#options.waitMs + 10_000);
    sending.catch(() => {}); // told below, or overtaken
    const answer = await Promise.race([sending, woken]);
    if (answer === undefined || answer.seq !== this.#seq) {
      return;
    }
    if (this.#running.size || answer.executions.length) {
      // The gateway counts from a later instant: it gives up after this worker does.
      this.#lease = {sent, lasts: (answer.heldMs + answer.leaseMs) * 0.999};
    }
    answer.acks.forEach(id => this.#over(id));
    for (const {id, seq: number, refused} of answer.notes) {
      this.#notes.get(`${id} ${number}`)?.told(refused);
      this.#notes.delete(`${id} ${number}`);
    }
    answer.cancel.forEach(({id, why}) => this.#running.get(id)?.cancel(why));
    for (const task of answer.executions) {
      if (!this.#running.has(task.id) && !this.#results.has(task.id)) {
        const execution = new Execution(task, (...note) => this.#note(...note));
        this.#running.set(task.id, execution);
        this.#begin(execution);
      }
    }
    if (answer.moveTo?.length) {
      this.#move(answer.moveTo);
    }
  }

  #send(method, path, body, timeout) {
    const url = new URL(this.#gateways[0]);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {'Content-Type': 'application/json'};
    if (payload !== undefined) {
      headers['Content-Length'] = Buffer.byteLength(payload);
    }
    const {token} = this.#options;
    const shown = typeof token === 'function' ? token() : token;
    if (shown) {
      headers.Authorization = `Bearer ${shown}`;
    }
    return new Promise((resolve, reject) => {
      const request = send({
        ...this.#options.tls, method, headers, timeout, hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || undefined,
        path: url.pathname.replace(/\/$/, '') + PATH + path}, response => {
        const chunks = [];
        response.on('data', chunk => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          let json = {};
          try {
            json = text ? JSON.parse(text) : {};
          } catch {
            json = {detail: text.slice(0, 200)};
          }
          if (response.statusCode >= 400) {
            reject(new Problem(response.statusCode, json));
          } else {
            resolve(json);
          }
        });
      });
      this.#open.add(request);
      request.on('close', () => this.#open.delete(request));
      request.on('timeout', () => request.destroy(new Error(`no answer within ${timeout} ms`)));
      request.on('error', reject);
      request.end(payload);
    });
  }

  #failed(failed) {
    this.#options.log(`Gateway ${this.#gateways[0]}: ${failed.message}`);
    if (failed instanceof Problem) {
      if ([400, 401, 403].includes(failed.status)) {
        throw failed;
      }
      if (failed.status === 404) {
        this.#attachment = undefined;
      } else if (failed.status === 503) {
        this.#move(failed.body.gateways ?? []);
      }
    } else if (this.#gateways.length > 1) {
      this.#move([]);
    }
  }

  #move(addresses) {
    this.#attachment = undefined;
    const others = addresses.filter(one => one !== this.#gateways[0]);
    if (others.length) {
      this.#gateways = [...others, ...this.#gateways.filter(one => !others.includes(one))];
    } else {
      this.#gateways.push(this.#gateways.shift());
    }
  }

  async #detach() {
    if (this.#attachment) {
      await this.#send('DELETE', `/${encodeURIComponent(this.#attachment)}`, undefined, 5_000)
        .catch(failed => this.#options.log(`Left without a word: ${failed.message}`));
    }
  }

  // ---- Running

  async #begin(execution) {
    const result = {id: execution.id, outcome: 'SUCCEEDED'};
    try {
      await this.#options.handlers[execution.handler](execution);
      if (execution.skipped === undefined) {
        result.result = execution.left;
      } else {
        result.outcome = 'SKIPPED';
        result.reason = execution.skipped;
      }
    } catch (failed) {
      result.outcome = execution.signal.aborted ? 'ABANDONED' : 'FAILED';
      result.error = String(failed).slice(0, ERROR);
      if (!(failed instanceof CommandFailed)) {
        execution.log(String(failed?.stack ?? ''));
      }
    }
    result.log = execution.takeLog(); // what it wrote since its last note
    if (this.#running.get(execution.id) === execution) {
      this.#running.delete(execution.id);
      this.#results.set(execution.id, result);
    }
    this.#dropNotes(execution.id, note => note.wire.checkpoint !== undefined);
    this.#wakeUp();
  }

  /** Nothing more is told of it. */
  #over(id) {
    this.#results.delete(id);
    this.#dropNotes(id, () => true);
  }

  #dropNotes(id, which) {
    for (const [key, note] of this.#notes) {
      if (note.wire.id === id && which(note)) {
        this.#notes.delete(key);
        note.told('The execution has ended');
      }
    }
  }

  #note(execution, seq, content, wake = true) {
    return new Promise(told => {
      this.#notes.set(`${execution.id} ${seq}`, {wire: {id: execution.id, seq, ...content}, told});
      if (wake) {
        this.#wakeUp();
      }
    });
  }

  /** What comes together is sent together. */
  #wakeUp() {
    if (!this.#woken) {
      this.#woken = true;
      setTimeout(() => this.#wake(), 1);
    }
  }

  // ---- The lease

  /** Cancels what runs when the lease is over: another may run it from then on. */
  #guard() {
    if (this.#lease && this.#running.size && this.#lease.sent.ms > this.#lease.lasts) {
      this.#lease = undefined;
      this.#cancelAll('SESSION_LOSS');
    }
    if ([...this.#running.values()].some(execution => execution.hasToSay)) {
      this.#wakeUp();
    }
  }

  /** Cancels what runs, and waits for its end: a handler that does not heed it is waited for no longer than the grace. */
  async #endAll() {
    this.#cancelAll('SHUTDOWN');
    const patience = new Stopwatch();
    while (this.#running.size && patience.ms < this.#options.graceMs) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  #cancelAll(why) {
    this.#running.forEach(execution => execution.cancel(why));
    this.#wakeUp();
  }
}

/** As many as fit into one request, and one in any case. */
function fitting(all) {
  const some = [];
  let size = 0;
  for (const one of all) {
    size += JSON.stringify(one).length;
    if (some.length && size > BODY) {
      break;
    }
    some.push(one);
  }
  return some;
}

/** ELASTICJOB_TOKEN; or what is in ELASTICJOB_TOKEN_FILE, which is read again before each request. */
export function tokenOfEnvironment() {
  const path = process.env.ELASTICJOB_TOKEN_FILE;
  if (!path) {
    return process.env.ELASTICJOB_TOKEN;
  }
  let last;
  return () => {
    try {
      last = readFileSync(path, 'utf8').trim() || last;
    } catch (unreadable) {
      console.error(`The token file cannot be read: ${unreadable.message}`);
    }
    return last;
  };
}

/** A handler that runs a command for each shard, and kills it with all that it has started when it is cancelled. */
export function command(line, killAfterMs = 10_000) {
  return async execution => {
    const environment = {...process.env};
    delete environment.ELASTICJOB_TOKEN;
    delete environment.ELASTICJOB_TOKEN_FILE;
    Object.assign(environment, {
      EJ_JOB: execution.job, EJ_SHARD: String(execution.shard), EJ_SHARDS: String(execution.shardingTotalCount),
      EJ_SHARD_PARAMETER: execution.shardingParameter, EJ_JOB_PARAMETER: execution.jobParameter,
      EJ_FIRE_TIME: execution.fireTime, EJ_ATTEMPT: String(execution.attempt), EJ_EXECUTION: execution.name,
      EJ_FENCING_TOKEN: execution.fencingToken ?? '', EJ_CHECKPOINT: execution.checkpoint ?? ''});
    const folder = mkdtempSync(join(tmpdir(), 'elasticjob-'));
    environment.EJ_RESULT_FILE = join(folder, 'result');
    environment.EJ_SKIP_FILE = join(folder, 'skip');
    const child = spawn(line[0], line.slice(1), {env: environment, detached: true, stdio: ['pipe', 'pipe', 'pipe']});
    const kill = signal => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // it is gone
      }
    };
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', text => execution.log(text));
    }
    child.stdin.on('error', () => {}); // it does not want to know
    child.stdin.end(JSON.stringify(execution.task));
    let killing;
    const cancel = () => {
      kill('SIGTERM');
      killing = setTimeout(() => kill('SIGKILL'), killAfterMs);
    };
    execution.signal.addEventListener('abort', cancel, {once: true});
    try {
      const allRead = once(child, 'close');
      allRead.catch(() => {}); // told by its exit
      const [code, signal] = await once(child, 'exit');
      if (execution.signal.aborted) {
        kill('SIGKILL'); // what it has left behind
      }
      await within(OUTPUT_AFTER, allRead);
      if (code !== 0) {
        throw new CommandFailed(signal ? `killed by ${signal}` : `exit code ${code}`);
      }
      if (existsSync(environment.EJ_RESULT_FILE)) {
        execution.result(readFileSync(environment.EJ_RESULT_FILE, 'utf8').replace(/\n+$/, ''));
      }
      if (existsSync(environment.EJ_SKIP_FILE)) {
        execution.skip(readFileSync(environment.EJ_SKIP_FILE, 'utf8').replace(/\n+$/, ''));
      }
    } finally {
      clearTimeout(killing);
      rmSync(folder, {recursive: true, force: true});
    }
  };
}

/** Waits for a promise, at most so long. */
async function within(milliseconds, promise) {
  let patience;
  const over = new Promise(resolve => {
    patience = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, over]);
  clearTimeout(patience);
}

async function main(args) {
  const options = {gateway: [], handler: [], label: []};
  const end = args.indexOf('--');
  const line = end < 0 ? [] : args.slice(end + 1);
  const flags = end < 0 ? args : args.slice(0, end);
  for (let i = 0; i < flags.length; i += 2) {
    const name = flags[i].replace(/^--/, '');
    if (!['gateway', 'handler', 'label', 'slots', 'name', 'crew', 'ca', 'cert', 'grace'].includes(name) || i + 1 >= flags.length) {
      console.error(`Unknown or incomplete option ${flags[i]}`);
      return 2;
    }
    Array.isArray(options[name]) ? options[name].push(flags[i + 1]) : (options[name] = flags[i + 1]);
  }
  if (!options.gateway.length || !options.handler.length || !line.length) {
    console.error('usage: elasticjob-worker --gateway URL --handler NAME [--slots N] [--name NAME] [--crew NAME]'
      + ' [--label NAME=VALUE] [--ca FILE] [--cert FILE] [--grace SECONDS] -- COMMAND...');
    return 2;
  }
  const worker = new Worker({
    gateways: options.gateway, handlers: Object.fromEntries(options.handler.map(name => [name, command(line)])),
    slots: Number(options.slots ?? 1), name: options.name, crew: options.crew, token: tokenOfEnvironment(),
    labels: Object.fromEntries(options.label.map(label => label.split(/=(.*)/s).slice(0, 2))),
    graceMs: Number(options.grace ?? 30) * 1_000, log: text => console.error(text),
    tls: {ca: options.ca && readFileSync(options.ca), cert: options.cert && readFileSync(options.cert), key: options.cert && readFileSync(options.cert)}});
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => worker.stop());
  }
  try {
    await worker.run();
    return 0;
  } catch (refused) {
    console.error(`The gateway refuses this worker: ${refused.message}`);
    return 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
