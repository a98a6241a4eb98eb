package io.elasticjob.console.browser;

/** Assertions over the modules of the pages that have no page in them; they run in the browser. */
final class Reckoning {

    private Reckoning() {}

    /** Answers what is wrong, a line each. */
    static final String SCRIPT = """
            async () => {
              const at = path => new URL(path, document.querySelector('script[type=module]').src);
              const [time, gantt, table, chart, when, whatif, settings, lateness, executions, instance, transfer, firing, firings, graph, chain, schedule] = await Promise.all(
                ['time.js', 'parts/gantt.js', 'parts/table.js', 'parts/chart.js', 'pages/job/when.js', 'pages/job/whatif.js',
                 'pages/job/settings.js', 'pages/job/lateness.js', 'parts/executions.js', 'pages/instance.js', 'parts/transfer.js', 'pages/firing.js', 'parts/firings.js', 'parts/graph.js', 'parts/chain.js', 'parts/schedule.js'].map(path => import(at(path))));
              const wrong = [];
              const same = (name, found, wanted) => {
                if (JSON.stringify(found) !== JSON.stringify(wanted)) {
                  wrong.push(`${name}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
                }
              };
              same('millis', ['PT0.504S', 'PT1M30S', 'P1DT2H', 'PT-0.5S', 'PT0S', '-PT2S'].map(time.millis), [504, 90000, 93600000, -500, 0, -2000]);
              same('no millis', time.millis('10s'), null);
              same('span', [0, 999, 1500, 59000, 61000, 3600000, 90000000, -1500].map(time.span), ['0 ms', '999 ms', '1.5 s', '59 s', '1 min 1 s', '1 h', '1 d 1 h', '−1.5 s']);
              same('day key', time.dayKey(Date.parse('2026-11-28T23:30:00Z')), '2026-11-29');

              const run = (shard, from, to, outcome, attempt = 1) => ({ id: `j/f/${shard}/${attempt}`, shard, attempt, firing: 'f', fireTime: '2026-01-01T00:00:00Z',
                startedAt: new Date(Date.UTC(2026, 0, 1) + from).toISOString(), endedAt: to === null ? undefined : new Date(Date.UTC(2026, 0, 1) + to).toISOString(),
                duration: to === null ? undefined : `PT${(to - from) / 1000}S`, outcome });
              const runs = [run(0, 0, 1000, 'SUCCEEDED'), run(1, 0, 2000, 'SUCCEEDED'), run(2, 500, 1500, 'FAILED'), run(1, 3000, null, undefined)];
              same('failed lines first', gantt.lines(runs), [2, 0, 1]);
              const view = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 1) + 4000 };
              const paths = Object.fromEntries(gantt.paths(runs, [2, 0, 1], view, 400, view.to));
              same('a path for each outcome', Object.keys(paths).sort(), ['FAILED', 'RUNNING', 'SUCCEEDED']);
              same('where a bar is', paths.FAILED, 'M50.0 3h100.0v12H50.0z');
              same('what runs goes on until now', paths.RUNNING, 'M300.0 39h100.0v12H300.0z');
              same('what is at a place', gantt.at(runs, [2, 0, 1], view, 400, 100, 5, view.to)?.shard, 2);
              same('nothing is at a place', gantt.at(runs, [2, 0, 1], view, 400, 300, 5, view.to), null);
              same('ticks', gantt.ticks(view, 400).step, 2000);
              same('ticks within a second', gantt.ticks({ from: view.from, to: view.from + 300 }, 400).all.map(at => gantt.label(at, 100).slice(-6)), ['00.000', '00.100', '00.200']);
              same('no instant', ['trigger-0', '2026-11-29T06:28:20Z', '7'].map(time.isInstant), [false, true, false]);
              const many = Array.from({ length: 10000 }, (_, i) => run(i % 1000, i * 10, i * 10 + 500, i % 97 ? 'SUCCEEDED' : 'FAILED'));
              same('ten thousand make two paths', gantt.paths(many, gantt.lines(many), gantt.extent(many), 1200).length, 2);

              same('all of few rows', table.seen(100, -3000, 34, 800), { from: 0, to: 100 });
              same('those on screen of many', table.seen(5000, -3400, 34, 680, 0), { from: 100, to: 120 });
              same('not beyond the end', table.seen(200, -6700, 34, 680, 0), { from: 197, to: 200 });

              same('the order by a head', [['name', {sort: 'name'}], ['-name', {sort: 'name'}], ['next', {sort: 'name'}], ['name', {sort: 'last', descends: true}], ['-last', {sort: 'last', descends: true}], ['last', {sort: 'last', descends: true}]].map(([sorted, column]) => table.next(sorted, column)), ['-name', 'name', 'name', '-last', 'last', '-last']);
              same('ceiling', [0, 3, 17, 120, 999].map(chart.ceiling), [1, 5, 20, 200, 1000]);
              same('ranges', whatif.ranges([0, 1, 2, 3, 7, 9, 10]), '0–3, 7, 9, 10');
              same('written', ['plain', ' x', 'a"b', 'a\\nb', 'c\\\\d'].map(settings.written), ['plain', '" x"', '"a\\\\"b"', '"a\\\\nb"', '"c\\\\\\\\d"']);
              same('a new schedule replaces the old one', settings.lines({ configuration: { cron: { value: '0 0 3 * * ?', source: 'CODE' }, misfire: { value: 'SKIP', source: 'OVERRIDE' }, zone: { value: 'UTC', source: 'DEFAULT' } } }, [['every', '5m']]), 'misfire=SKIP\\nevery=5m');
              const buckets = [{ from: '2026-01-01T00:00:00Z', duration: { p50: 'PT1S', max: 'PT2S' } }, { from: '2026-01-01T01:00:00Z' }];
              same('points of parts that have them', lateness.points({ buckets }, 'duration', 'max').map(([at, value]) => [at - view.from, value]), [[0, 2000]]);
              const line = (job, size) => ({ job, set: 'x'.repeat(size) });
              const parts = transfer.parts({ format: 1, lines: [line('a', 50), line('b', 50), line('a', 50), line('c', 300), line('d', 1)] }, 200);
              same('parts keep the lines of a job together', parts.map(part => part.lines.map(one => one.job).join('')), ['aa', 'b', 'c', 'd']);
              same('parts have the format', parts.every(part => part.format === 1), true);
              same('refused first', transfer.ordered([{ result: 'SAME' }, { result: 'DONE' }, { result: 'REFUSED' }, { result: 'WOULD_CHANGE' }]).map(one => one.result), ['REFUSED', 'DONE', 'WOULD_CHANGE', 'SAME']);
              const long = [...firings.lengths([run(0, 0, 1000, 'FAILED'), run(0, 1500, 2500, 'SUCCEEDED', 2), { ...run(0, 100, null), firing: 'g' }], view.from + 300)];
              same('how long firings took', long, [['f', 2500], ['g', 200]]);
              const settings0 = (recordFirings, firingListeners) => ({ configuration: { recordFirings: { value: recordFirings }, firingListeners: { value: firingListeners } } });
              same('whether firings are recorded', [settings0('false', ''), settings0('true', ''), settings0('false', 'audit'), { configuration: {} }].map(firings.areRecorded), [false, true, true, false]);
              const part = (shard, outcome, attempts) => ({ shard, outcome, attempts });
              const firingOf = { ends: { FAILED: 1 }, shards: [part(0, 'FAILED', [run(0, 0, 9, 'FAILED'), run(0, 20, 29, 'FAILED', 2)]), part(1, undefined, [run(1, 10, null)])] };
              same('attempts, the latest first', firing.executionsOf(firingOf).map(one => [one.shard, one.attempt]), [[0, 2], [1, 1], [0, 1]]);
              same('ends and what runs', firing.tally(firingOf), [['FAILED', 1], ['RUNNING', 1]]);
              same('a template', executions.filled('/logs?j={job}&s={shard}&x={other}', 'a b', runs[2]), '/logs?j=a%20b&s=2&x={other}');
              same('no template', executions.filled('', 'a', runs[0]), null);
              const step = (name, after = [], further = {}) => ({ name, application: 'shop', enabled: true, recordFirings: true, join: 'EACH', after: after.map(one => ({ job: one, on: 'SUCCEEDED' })), followedBy: [], ...further });
              const all = graph.chains(graph.graphOf([step('orders'), step('bills', ['orders']), step('mails', ['orders']), step('report', ['bills', 'mails', 'orders'], { join: 'ALL' }), step('sweep', ['ghost'])]));
              same('what is connected is one chain, by its first job', all.map(one => [...one.keys()]), [['bills', 'mails', 'orders', 'report'], ['ghost', 'sweep']].reverse());
              const [vain, orders] = all;
              same('with which jobs chains begin', all.map(graph.roots), [['ghost'], ['orders']]);
              same('each after those before it', graph.ordered(orders), ['orders', 'bills', 'mails', 'report']);
              same('the column is the longest way', [...graph.columns(orders)], [['orders', 0], ['bills', 1], ['mails', 1], ['report', 2]]);
              same('to a job and from it, not beside it', [...graph.lineage(orders, 'bills')].sort(), ['bills', 'orders', 'report']);
              const placed = graph.places(orders, { node: 40, gap: 10, width: 100, x: column => column * 150 });
              same('jobs of a column do not touch', Math.abs(placed.nodes.get('mails').y - placed.nodes.get('bills').y) > 49.9, true);
              same('an edge begins and ends at its jobs', placed.edges.filter(one => one.to === 'report').map(one => [one.points[0][0], one.points.at(-1)[0]]), [[250, 300], [250, 300], [100, 300]]);
              same('what passes a column goes around its jobs', placed.edges.find(one => one.from === 'orders' && one.to === 'report').points.slice(1, 3).map(([x, y]) => [x, [...placed.nodes].filter(([name]) => name === 'bills' || name === 'mails').every(([, node]) => Math.abs(node.y - y) >= 26)]), [[150, true], [250, true]]);
              same('edges come in beside each other', new Set(placed.edges.filter(one => one.to === 'report').map(one => one.points.at(-1)[1])).size, 3);
              const rails = graph.rails(orders);
              same('a row a job, each in a lane that is free', rails.rows, [{ name: 'orders', lane: 0 }, { name: 'bills', lane: 1 }, { name: 'mails', lane: 2 }, { name: 'report', lane: 1 }]);
              same('a lane goes on with what follows where it ends', graph.rails(vain), { rows: [{ name: 'ghost', lane: 0 }, { name: 'sweep', lane: 0 }], edges: [{ from: 0, to: 1, lane: 0, end: 0, on: 'SUCCEEDED', names: ['ghost', 'sweep'] }], lanes: 1 });
              const [circle] = graph.chains(graph.graphOf([step('a', ['b']), step('b', ['a'])]));
              same('a circle is drawn all the same', [graph.ordered(circle), graph.rails(circle).rows.length, graph.places(circle, { node: 40, gap: 10, width: 100, x: column => column }).nodes.size], [['a', 'b'], 2, 2]);
              same('after what, in words', [orders.get('bills'), orders.get('report'), { job: step('x'), after: [{ job: 'mails', on: 'FAILED' }] }].map(one => chain.inWords(one)), ['after orders', 'after all of bills, mails, and orders', 'after mails (if failed)']);
              same('what never runs', chain.problems(new Map([['sweep', { name: 'sweep', after: [{ job: 'ghost', on: 'SUCCEEDED', problem: '…', code: 'NOT_THERE' }] }]])), ['sweep never runs after ghost, because there is no such job.']);
              const cron = expression => schedule.scheduleInWords({ description: `cron ${expression}`, expression, timeZone: 'UTC' });
              same('crons in words, as far as they are plain', ['0 0 3 * * ?', '0 30 8 ? * MON-FRI', '0 5 4 1 * ?', '0 0/15 * * * ?', '0 0/25 * * * ?', '0 0 * * * ?', '0 0 4 ? * SUN#2', '0 0 3,4 * * ?'].map(cron), ['daily at 03:00, UTC', 'Monday to Friday at 08:30, UTC', 'on the first of a month at 04:05, UTC', 'every 15 min', 'cron 0 0/25 * * * ?', 'hourly', 'cron 0 0 4 ? * SUN#2', 'cron 0 0 3,4 * * ?']);
              same('other schedules in words', [{ interval: 'PT6H' }, { interval: 'PT2S' }, { delay: 'PT30S' }, { description: 'on trigger only' }, null, { description: 'every 1h from 8 to 9', interval: 'PT1H', limits: 'x' }].map(schedule.scheduleInWords), ['every 6 h', 'every 2 s', '30 s after each end', 'on trigger only', '–', 'every 1h from 8 to 9']);
              same('reasons', instance.byReason({ a: 'x', b: 'y', c: 'y' }), [['y', ['b', 'c']], ['x', ['a']]]);

              const fireTimes = ['2027-03-27T01:30:00Z', '2027-03-28T01:30:00Z', '2027-03-29T00:30:00Z'].map(one => ({ at: one }));
              const weeks = when.weeks(fireTimes, true, Date.parse('2027-03-26T11:00:00Z'), 7);
              const days = weeks.flat().filter(Boolean);
              same('each day once over a change of the clock', days.map(one => one.key), ['2027-03-26', '2027-03-27', '2027-03-28', '2027-03-29', '2027-03-30', '2027-03-31', '2027-04-01']);
              same('weeks begin on Monday', weeks[0].indexOf(days[0]), 4);
              same('fire times by day', days.map(one => one.times.length), [0, 1, 1, 1, 0, 0, 0]);
              return wrong;
            }
            """;
}
