// A CouchDB-like server: express-pouchdb over LevelDB. argv: folder, port.
"use strict";
const path = require("path");
const from = (name) => require(require.resolve(name, { paths: [process.cwd()] }));
const [folder, port] = process.argv.slice(2);
const PouchDB = from("pouchdb").defaults({ prefix: folder + path.sep });
const app = from("express")();
app.use("/", from("express-pouchdb")(PouchDB, { mode: "minimumForPouchDB", inMemoryConfig: true, logPath: path.join(folder, "log.txt") }));
app.listen(Number(port), "127.0.0.1");
