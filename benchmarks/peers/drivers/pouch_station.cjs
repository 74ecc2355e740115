// A station that is a PouchDB over LevelDB: one document for each visit. argv: folder, url. JSON lines in, JSON lines out.
"use strict";
const fs = require("fs");
const path = require("path");
const readline = require("readline");
const { performance } = require("perf_hooks");
const PouchDB = require(require.resolve("pouchdb", { paths: [process.cwd()] }));
const [folder, url] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
const db = new PouchDB(path.join(folder, "db"));
const remote = new PouchDB(url + "/visits");
const lines = (file) => fs.readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const OPTIONS = { batch_size: 500, batches_limit: 4 };
const verbs = {
  async add({ file }) {
    await db.bulkDocs(lines(file).map(([key, text]) => ({ _id: key, text })));
  },
  async edit({ file }) {
    const wanted = lines(file);
    const held = await db.allDocs({ keys: wanted.map(([key]) => key) });
    await db.bulkDocs(wanted.map(([key, text], at) => ({ _id: key, _rev: held.rows[at].value.rev, text })));
  },
  async sync() {
    const began = performance.now();
    const done = await db.sync(remote, OPTIONS);
    const errors = [...done.push.errors, ...done.pull.errors];
    if (errors.length) throw new Error(JSON.stringify(errors[0]));
    return (performance.now() - began) / 1000;
  },
  async count() {
    return (await db.info()).doc_count;
  },
};
(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    const value = await verbs[asked.do](asked);
    process.stdout.write(JSON.stringify({ value: value === undefined ? null : value }) + "\n");
  }
  process.exit(0);
})().catch((error) => {
  process.stderr.write(String(error.stack || error) + "\n");
  process.exit(1);
});
