/** Chains of jobs as graphs: what belongs together, what comes before what, and where it is drawn. Nothing here draws. */

const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;

/** Jobs with what they run after and what runs after them, by name; those that are named and are not there have no `job`. */
export function graphOf(jobs) {
  const nodes = new Map(jobs.map(job => [job.name, { name: job.name, job, after: job.after, next: [] }]));
  for (const job of jobs) {
    for (const one of job.after) {
      if (!nodes.has(one.job)) {
        nodes.set(one.job, { name: one.job, job: null, after: [], next: [] });
      }
      nodes.get(one.job).next.push(job.name);
    }
  }
  return nodes;
}

/** The chains: what is connected, each as a graph of its own; by the name of the job that begins them. */
export function chains(nodes) {
  const seen = new Set();
  const all = [];
  for (const first of [...nodes.keys()].sort(compare)) {
    const own = [];
    const open = [first];
    while (open.length) {
      const name = open.pop();
      if (!seen.has(name)) {
        seen.add(name);
        own.push(name);
        open.push(...neighbours(nodes.get(name)));
      }
    }
    if (own.length) {
      all.push(new Map(own.sort(compare).map(name => [name, nodes.get(name)])));
    }
  }
  return all.sort((a, b) => compare(roots(a)[0], roots(b)[0]));
}

const neighbours = node => [...node.after.map(one => one.job), ...node.next];

/** The jobs with which a chain begins; those that are not there only where no other one does. */
export function roots(chain) {
  const first = ordered(chain).filter((name, i) => i === 0 || chain.get(name).after.length === 0);
  const there = first.filter(name => chain.get(name).job);
  return there.length ? there : first;
}

/** All names, each after those that it runs after. Circles, which the engine refuses, are cut anywhere. */
export function ordered(chain) {
  const waits = new Map([...chain].map(([name, node]) => [name, node.after.length]));
  const ready = [...chain.keys()].filter(name => waits.get(name) === 0);
  const order = [];
  const done = new Set();
  while (order.length < chain.size) {
    const name = ready.shift() ?? [...chain.keys()].find(one => !done.has(one));
    if (done.has(name)) {
      continue;
    }
    done.add(name);
    order.push(name);
    // What goes on from here comes next, so that a branch stays together.
    const free = chain.get(name).next.filter(one => {
      waits.set(one, waits.get(one) - 1);
      return waits.get(one) === 0;
    });
    ready.unshift(...free.sort(compare));
  }
  return order;
}

/** A job with all that leads to it and all that it leads to. */
export function lineage(chain, name) {
  const found = new Set();
  const walk = (from, further) => {
    const open = [from];
    const walked = new Set();
    while (open.length) {
      const one = open.pop();
      if (chain.has(one) && !walked.has(one)) {
        walked.add(one);
        found.add(one);
        open.push(...further(chain.get(one)));
      }
    }
  };
  walk(name, node => node.after.map(one => one.job));
  walk(name, node => node.next);
  return found;
}

/** In columns from left to right: by how many steps a job comes after the first ones at most. */
export function columns(chain) {
  const order = ordered(chain);
  const at = new Map();
  for (const name of order) {
    at.set(name, Math.max(0, ...chain.get(name).after.map(one => (at.get(one.job) ?? -1) + 1)));
  }
  return at;
}

/**
 * Places of a graph that is drawn from left to right. Each column is ordered so that few edges cross, and stands beside what it is
 * connected with.
 *
 * @param size `node` and `gap`, the height of a job and the room between two; `x(column)`, where a column begins; `width` of a job
 * @return `nodes` by name with `x` and `y`, `edges` with the points that they lead through, and `height`
 */
export function places(chain, size) {
  const at = columns(chain);
  const layers = Array.from({ length: Math.max(...at.values()) + 1 }, () => []);
  const cells = new Map();
  const cell = (key, column) => {
    const one = { key, column, before: [], after: [], y: 0, high: key.includes('\n') ? 12 : size.node };
    cells.set(key, one);
    layers[column].push(one);
    return one;
  };
  ordered(chain).forEach(name => cell(name, at.get(name)));
  const edges = [];
  for (const [name, node] of chain) {
    for (const one of node.after) {
      const through = [cells.get(one.job)];
      // An edge that passes columns has a place in each of them, so that it goes around what stands there.
      for (let column = at.get(one.job) + 1; column < at.get(name); column++) {
        through.push(cell(`${one.job}\n${name}\n${column}`, column));
      }
      through.push(cells.get(name));
      through.slice(1).forEach((to, i) => {
        through[i].after.push(to);
        to.before.push(through[i]);
      });
      edges.push({ from: one.job, to: name, on: one.on, problem: one.problem, through });
    }
  }
  for (let i = 0; i < 8; i++) {
    const forth = i % 2 === 0;
    (forth ? layers : [...layers].reverse()).forEach(layer => {
      const wanted = new Map(layer.map((one, place) => [one, mean((forth ? one.before : one.after).map(other => layers[other.column].indexOf(other)), place)]));
      layer.sort((a, b) => wanted.get(a) - wanted.get(b));
    });
  }
  layers.forEach(layer => stand(layer, () => 0, size.gap));
  for (let i = 0; i < 12; i++) {
    (i % 2 === 0 ? layers : [...layers].reverse()).forEach(layer => stand(layer, one => mean([...one.before, ...one.after].map(other => other.y), one.y), size.gap));
  }
  const top = Math.min(...[...cells.values()].map(one => one.y - one.high / 2));
  const nodes = new Map([...chain.keys()].map(name => [name, { x: size.x(cells.get(name).column), y: cells.get(name).y - top }]));
  return {
    nodes,
    edges: edges.map(({ through, ...edge }) => ({ ...edge, points: points(through, top, size) })),
    height: Math.max(...[...cells.values()].map(one => one.y - top + one.high / 2)),
  };
}

const mean = (values, otherwise) => values.length === 0 ? otherwise : values.reduce((a, b) => a + b, 0) / values.length;

/** Puts a column's cells where they would like to be, as near as their order and the gaps allow: the least squares. */
function stand(layer, wanted, gap) {
  let below = 0;
  const blocks = [];
  layer.forEach((one, i) => {
    below += i === 0 ? 0 : (layer[i - 1].high + one.high) / 2 + gap;
    one.below = below;
    let block = { sum: wanted(one) - below, n: 1, from: i };
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).n > block.sum / block.n) {
      const other = blocks.pop();
      block = { sum: other.sum + block.sum, n: other.n + block.n, from: other.from };
    }
    blocks.push(block);
  });
  blocks.forEach((block, i) => layer.slice(block.from, blocks[i + 1]?.from).forEach(one => { one.y = block.sum / block.n + one.below; }));
}

/** Edges that end at one job come in beside each other, in the order in which they come from above. */
function points(through, top, { x, width }) {
  const [first] = through;
  const last = through.at(-1);
  const beside = [...last.before].sort((a, b) => a.y - b.y);
  const step = Math.min(13, (last.high - 16) / Math.max(1, beside.length - 1));
  const end = last.y - top + (beside.indexOf(through.at(-2)) - (beside.length - 1) / 2) * step;
  return [
    [x(first.column) + width, first.y - top],
    ...through.slice(1, -1).flatMap(one => [[x(one.column), one.y - top], [x(one.column) + width, one.y - top]]),
    [x(last.column), end],
  ];
}

/**
 * Places of a graph that is drawn from top to bottom, a row a job, for where there is little room: each job has a lane, in which a
 * line goes down to the last one that runs after it.
 *
 * @return `rows` with `name` and `lane`, `edges` with `lane` of the first job, `from` and `to` as numbers of rows, and `lanes`
 */
export function rails(chain) {
  const order = ordered(chain);
  const row = new Map(order.map((name, i) => [name, i]));
  const until = []; // By lane, the row from which on it is free.
  const lane = new Map();
  order.forEach((name, i) => {
    const last = Math.max(i, ...chain.get(name).next.map(one => row.get(one)));
    // The lane of what it runs after, where that ends here; else the first free one.
    const own = chain.get(name).after.map(one => lane.get(one.job)).find(one => until[one] === i);
    const free = own ?? until.findIndex(end => end < i);
    const chosen = free === undefined || free < 0 ? until.length : free;
    until[chosen] = last;
    lane.set(name, chosen);
  });
  return {
    rows: order.map(name => ({ name, lane: lane.get(name) })),
    edges: order.flatMap(name => chain.get(name).after.map(one => ({ from: row.get(one.job), to: row.get(name), lane: lane.get(one.job), end: lane.get(name), on: one.on, problem: one.problem, names: [one.job, name] }))),
    lanes: until.length,
  };
}
