/*
 * A department's own system, as small as it can be: handles what its unit is dispatched, through Kafka and intake.
 *
 * Every step follows from one fact on `dispatch.<unit>`, and its ids are made from that fact's id. So nothing is kept
 * here: after a crash the fact is read again, and what was said already is said again under the same ids, to the same
 * end.
 */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Kafka as CloudEventsKafka } from "cloudevents";
import { Kafka, logLevel } from "kafkajs";

const { BOOTSTRAP, UNIT, PASSWORD, INTAKE_URL, INTAKE_KEY, SECURITY = "SASL_PLAINTEXT" } = process.env;
const OFFICER = "0001";
const PAUSE_MS = 1000;
const NOT_YET_MS = 30_000; // how long intake may take to learn that a ticket is ours

const kafka = new Kafka({
  brokers: BOOTSTRAP.split(","),
  ssl: SECURITY === "SASL_SSL",
  sasl: { mechanism: "scram-sha-256", username: `unit.${UNIT}`, password: PASSWORD },
  logLevel: logLevel.ERROR,
});
const producer = kafka.producer({ idempotent: true });
const consumer = kafka.consumer({ groupId: `unit.${UNIT}` });
const finished = new Set();
let alive = async () => {}; // tells Kafka that we are still there while we wait

/** Intake takes no text of ours about a complaint: its ticket has gone to another unit. */
class NotOurs extends Error {}

/** Do what follows from a fact; one that is not about a ticket of ours, or not known here, is passed over. */
async function take(event) {
  const fact = event.data;
  if (fact.unit !== UNIT) return;
  try {
    await step(event, fact);
  } catch (error) {
    if (!(error instanceof NotOurs)) throw error;
    say(`${fact.ticket_id} seems to be no longer ours; a person must look`);
  }
}

/** Do what follows from a fact about a ticket of ours. */
async function step(event, fact) {
  switch (event.type) {
    case "ticket.dispatched.v1":
      return accept(event, fact);
    case "ticket.accepted.v1":
      return contact(event, fact);
    case "contact.attempted.v1":
      return finish(event, fact);
    case "action.applied.v1":
      return applied(fact);
    case "action.refused.v1":
      say(`${fact.action} of ${fact.ticket_id} was refused: ${fact.code}; a person must look`);
  }
}

/** Look at the complaint, and take the ticket; if it is no longer ours, that is what we are answered. */
async function accept(event, fact) {
  const complaint = await ask("GET", `/v1/complaints/${fact.complaint_id}?purpose=handling`);
  if (complaint) say(`${fact.ticket_id} has come: a complaint of ${complaint.content.text.length} characters`);
  await act(event, fact, { action: "accept" });
}

/** Call the reporter. The time of the call is that of its note: said again, it is the same. */
async function contact(event, fact) {
  const note = await write(event, fact, "note", "已电话联系反映人，核实了情况。");
  const called = { method: "phone", reached: true, attempted_at: note.written_at, note_id: note.text_id };
  await act(event, fact, { action: "contact", ...called });
}

/** Give the reply, and say what was done. */
async function finish(event, fact) {
  const reply = await write(event, fact, "reply", "您反映的事项已经办理完毕，结果可到窗口领取。");
  const done = await write(event, fact, "note", "已补齐缺少的证明并完成受理。");
  const ids = { reply_id: reply.text_id, done_id: done.text_id };
  await act(event, fact, { action: "finish", ...ids, cause: "materials-unclear" });
}

/** An action of ours was carried out, or had been already. */
function applied(fact) {
  say(`${fact.action} of ${fact.ticket_id} was applied: ${fact.state}, version ${fact.version}`);
  if (fact.action === "finish") finished.add(fact.ticket_id);
}

/** Ask for an action, decided on how the ticket was after the fact; resolves when Kafka has it. */
async function act(event, fact, what) {
  const { ticket_id, version } = fact;
  const value = { action_id: idFrom(event.id, what.action), ticket_id, officer: OFFICER, version, do: what };
  const messages = [{ key: ticket_id, value: JSON.stringify(value) }];
  await producer.send({ topic: `actions.${UNIT}`, acks: -1, messages });
}

/** Seal a text with intake, once for each fact and kind, and give what is known of it. */
async function write(event, fact, kind, text) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": `${kind}-${event.id}` };
  const body = JSON.stringify({ kind, text });
  const written = await ask("POST", `/v1/complaints/${fact.complaint_id}/texts`, { headers, body });
  if (!written) throw new NotOurs();
  return written;
}

/** What intake answers, however long it is away; null when it says no for longer than it may not know us. */
async function ask(method, path, { headers = {}, body } = {}) {
  const end = Date.now() + NOT_YET_MS;
  for (;;) {
    const { status, json } = await once(method, path, { ...headers, Authorization: `Bearer ${INTAKE_KEY}` }, body);
    if (status === 403 && Date.now() > end) return null;
    if (status < 300) return json;
    if (status !== 403 && status !== 429 && status < 500) throw new Error(`${method}: ${status} ${json?.code}`);
    await alive();
    await pause(PAUSE_MS);
  }
}

/** One answer of intake; 503 when there is none. */
async function once(method, path, headers, body) {
  try {
    const signal = AbortSignal.timeout(10_000);
    const answer = await fetch(new URL(path, INTAKE_URL), { method, headers, body, signal });
    return { status: answer.status, json: await answer.json() };
  } catch (error) {
    say(`intake is away: ${error.name}`);
    return { status: 503 };
  }
}

/** The same UUID (version 5) for the same fact and step, whenever it is asked for. */
function idFrom(factId, step) {
  const digest = createHash("sha1").update(Buffer.from(factId.replaceAll("-", ""), "hex")).update(step).digest();
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  return digest.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The CloudEvent of a record. */
function eventOf({ key, headers, value }) {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, said]) => [name, said.toString()]));
  return CloudEventsKafka.toEvent({ key: key.toString(), headers: texts, value: value.toString() });
}

/** Tell the operator: ids, codes and numbers, never what people wrote. */
function say(what) {
  console.log(what);
}

/** Handle what is dispatched, until so many tickets are finished. */
async function work(tickets) {
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic: `dispatch.${UNIT}`, fromBeginning: true });
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
    const eachMessage = async ({ topic, partition, message, heartbeat }) => {
      alive = heartbeat;
      await take(eventOf(message));
      await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
      if (finished.size >= tickets) resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
}

const { values } = parseArgs({ options: { tickets: { type: "string" } } });
await work(Number(values.tickets ?? Infinity));
