/** Codes that stand where they arise and in no table of the code: meaning, example and what to do. */
import { type FullGuide } from './guide.ts';

type Guides = Readonly<Record<string, FullGuide>>;

/** Reasons of dead letters beside those of events; `./baton events tail --topic dlq` shows them. */
export const deadLetterGuide: Guides = {
  ID_INVALID: ['an id is not of the form of such ids', '`runid: $where`', 'copy the id from `./baton runs list`, or from the task'],
  RUN_NOT_FOUND: ['no run of that id appeared', 'a cancel of an unknown run, a minute later', 'look the id up and send it again under a new id'],
  STEP_MISMATCH: ['a decision names a step that is no approval of the run', 'a decision for `desing`', 'look the step up: `./baton runs get <run>`; then decide again'],
  RUN_QUARANTINED: ['the run is set aside', 'input for a run with a broken chain', 'mend the cause, then `./baton recover <run>`'],
  START_TOO_OLD: ['the start is older than store retention', 'a topic replayed after a year', 'send it again under a new id'],
  STATE_CORRUPT: ['the stored commits of a run do not follow each other, or cannot be read', 'a commit changed by hand', 'restore it from a backup, then `./baton recover`'],
  STATE_VERSION_NEWER: ['a run was stored by a newer Baton', 'a rollback', 'upgrade Baton, then `./baton recover`'],
  ENGINE_BUG: ['the engine failed on one input', 'a bug', 'please report it with the dead letter'],
  CAPABILITY_MISSING: ['a response carries no capability', 'an agent that does not copy it', 'copy `capability` from the task'],
  CAPABILITY_KEYS_MISSING: ['`recover` does not know what the tasks are signed with', 'Kafka, without the keys of the orchestrator', 'set `BATON_CAPABILITY_KEYS` as the orchestrator has it'],
  CAPABILITY_MALFORMED: ['the capability is not one', 'a text cut off on the way', 'copy it whole'],
  CAPABILITY_KEY_UNKNOWN: ['the capability is signed by a key nobody holds', 'a key retired too early', 'keep a key until the last expiry it signed'],
  CAPABILITY_FORGED: ['the capability is not for this answer', 'agent A answers as B', 'answer only the task that was given, under its own source'],
  CAPABILITY_EXPIRED: ['the answer came a day after its deadline', 'an agent that slept', 'nothing: the attempt was decided long ago'],
}; // prettier-ignore

export const storeGuide: Guides = {
  STORE_FULL: ['the disk is full', 'no space left', 'free some; the work is tried again'],
  STORE_READ_ONLY: ['the data folder cannot be both read and written', 'a folder of another user', 'correct its permissions, or set `BATON_DATA_DIR`'],
  STORE_BUSY: ['another process held the database too long', 'a stopped process', 'end the process that hangs'],
  STORE_CORRUPT: ['a file of the data folder is damaged', 'a folder copied without its `-wal` file', 'restore it, or begin with an empty folder'],
  STORE_IO: ['the file system refused', 'a folder deleted meanwhile', 'check the disk and the folder'],
  STORE_CLOSED: ['the data folder was used after it was closed', 'a bug', 'please report it'],
  STORE_TOO_NEW: ['the data folder was written by a newer Baton', 'a rollback', 'upgrade, or use another folder'],
  STORE_URI: ['`MONGODB_URI` cannot be used as a connection string', '`mongodb://user:p@ss@host`', 'percent-encode what is special in user and password'],
  STORE_UNREACHABLE: ['no primary of the database could be reached within 5 s', 'nothing listens there, or another `replicaSet`', 'start it, or correct host, port, replicaSet and TLS; the work is tried again'],
  STORE_TLS_FILE: ['a file that TLS needs cannot be read', 'a bundle of authorities that is not in the image', 'correct the path, or put the file there'],
  STORE_INTERRUPTED: ['the connection broke, or the primary changed, before the answer', 'a failover', 'nothing if it passes; the work is tried again'],
  STORE_AUTH: ['the database refused the user or its password', 'a password that was changed', 'correct user, password and authSource in `MONGODB_URI`'],
  STORE_FORBIDDEN: ['the user may not do what Baton has to', 'a user with the role `read`', 'grant `readWrite` on the database, for `setup` also `dbAdmin`'],
  STORE_NOT_DURABLE: ['a majority did not confirm a write in time', 'two of three members are down', 'bring the members back; the work is tried again'],
  STORE_INDEX: ['another index has the name or the keys of one of Baton', 'a database shared with something else', 'drop that index and run `baton setup`, or name another database'],
  STORE_TOO_LARGE: ['a document is larger than the database takes', 'more than 16 MB in one commit', 'hand references over instead of values'],
  STORE_REFUSED: ['the database refused a request', 'a server older than MongoDB 4.4', 'look up the message, and at the log of the database'],
  CONSUMER_CLOSED: ['a consumer was polled after it was closed', 'a bug', 'please report it'],
  BLOB_SCOPE: ['a tenant or run cannot name a folder', '`../x` as tenant', 'use letters, digits, `-` and `_`'],
  TOPIC_MISSING: ['a topic does not exist, and no write makes one', 'an agent added after the topics', '`./baton topics create`'],
  TOPIC_NAME: ['a topic cannot have this name', 'a name with a space', 'letters, digits, dots, underscores and hyphens'],
  TOPIC_PARTITIONS: ['a topic cannot have so many partitions', '0 partitions', 'a whole number from 1'],
}; // prettier-ignore

export const settingGuide: Guides = {
  CONFIG_UNKNOWN: ['a `BATON_*` name is not a setting', '`BATON_DATADIR`', 'take the nearest name, which is shown'],
  CONFIG_TYPE: ['a setting has a value it cannot have', '`JAEGER_PORT=jaeger`', 'set what is expected, or unset it'],
  CONFIG_CONFLICT: ['settings contradict each other', '`KAFKA_BOOTSTRAP_SERVERS` without `MONGODB_URI`', 'set both, or neither'],
  AGENT_MANIFEST: ['an `agent.yaml` is not valid', '`transport: pigeon`', 'mend the place that is named'],
}; // prettier-ignore

export const commandGuide: Guides = {
  USAGE: ['the command line cannot be understood', '`rnu` instead of `run`', '`--help` shows what a command takes'],
  INTERNAL: ['Baton has a bug', 'an error nobody expected', 'please report it; `BATON_LOG=debug` shows where'],
  INFRASTRUCTURE: ['something outside did not work', 'a store that does not answer', 'the message says what'],
  OUTPUT: ['stdout cannot be written', 'a full disk', 'free some space'],
  FILE_MISSING: ['there is no such file', '`validate none.yaml`', 'check the path; a near name is shown'],
  FILE_IS_DIRECTORY: ['a folder where a file is needed', '`validate workflows`', 'name the files: `workflows/*.yaml`'],
  FILE_UNREADABLE: ['a file may not be read', 'no permission', '`chmod u+r`'],
  FILE_ENCODING: ['a file is not text in UTF-8', 'UTF-16', 'save it as UTF-8'],
  JSON_SYNTAX: ['a file or stdin is not JSON', '`-f input.json` with a comment in it', 'mend the JSON'],
  INPUT_SYNTAX: ['an input has no name and value', '`-i idea`', '`-i idea="…"`'],
  INPUT_UNKNOWN: ['the workflow has no such input', '`-i ides=x`', 'take the name that is proposed'],
  EVENT_MISSING: ['there is no event to publish', 'an empty file', 'put one CloudEvent into it'],
  INPUT_MISSING: ['no input was given', '`agents invoke` without one', '`-i name=value`, or `-f file`'],
  AGENT_ELSEWHERE: ['the code of the agent is not in this repository', '`agents invoke` of an HTTP agent', 'use it in a workflow'],
  AGENT_BROKEN: ['the code of an agent does not load, does not finish loading within 10 s, or left an error to nobody', 'a package that is not there; an `await` at the top level', 'mend the file that is named; `npm run types`'],
  FUNCTION_UNKNOWN: ['there is no such function', '`logs orchestrater`', 'take one of the names that are shown'],
  DEAD_LETTER_MISSING: ['there is no such dead letter', '`dlq show 3/17` of an empty topic', '`./baton dlq list`'],
  DEAD_LETTER_ID: ['this is not the place of a dead letter', '`dlq show x`', 'partition/offset, like 3/17, or `@last`'],
  RUN_NOT_BEGUN: ['the run was asked for, and no host has read its start yet', '`runs get` after `run --detach` where nobody hosts', '`./baton dev` works on the runs that wait'],
  RUNTIME_VERSION: ['the Node that runs this is too old', 'Node 20 where no package of Node 24 fits', 'install Node 24'],
  AGENT_UNKNOWN: ['there is no such agent', '`agents get kafka`', '`./baton agents list`'],
  RUN_AMBIGUOUS: ['several runs begin like that', '`runs get 01`', 'type more of the id'],
  RUN_LIVE: ['the run is not over', '`runs retry` of a running run', 'wait for its end, or cancel it'],
  RUN_COMPLETED: ['the run has completed: nothing is left to try again', '`runs retry` of a completed run', 'start it anew'],
  RUN_EXPIRED: ['the run ended long ago, and its history is gone', '`runs retry` of a run past retention', 'start a new one'],
  NOT_WAITING: ['no decision is waited for there', '`approve` of a run that was decided already', 'look where it stands: `./baton runs get <run>`'],
  RUN_ENDED: ['the run is over', '`runs cancel` of a completed run', 'nothing'],
  HOST_TAKEN: ['another process hosts this data folder', 'two times `./baton dev`', 'use the other one, or another `BATON_DATA_DIR`'],
}; // prettier-ignore

/** Answers of an HTTP agent that Baton hosts, as problem documents. */
export const httpGuide: Guides = {
  HTTP_METHOD: ['an HTTP agent takes only POST', '`GET /`', 'post the task'],
  HTTP_PATH: ['nothing is at this path', '`POST /task`', 'post to `/`'],
};
