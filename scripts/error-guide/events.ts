/** Codes of events and records: what the codec refuses. */
import { type WireCode } from '#core/wire-problem.ts';
import { type Guide } from './guide.ts';

export const eventGuide: Readonly<Record<WireCode, Guide>> = {
  KAFKA_NULL_VALUE: ['a tombstone', 'send events only'],
  ESM_SHAPE: ['a function invoked by hand with `{}`', 'invoke it from a Kafka mapping, or the local invoker'],
  CE_PARSE: ['a cut-off JSON text', 'send all bytes of one JSON text in UTF-8'],
  CE_TYPE: ['a list of events', 'one event per record'],
  CE_REQUIRED: ['no `id`', 'set `specversion`, `id`, `source` and `type`'],
  CE_SPECVERSION: ['`0.3`', 'send CloudEvents 1.0'],
  CE_ATTR_TYPE: ['`"id": 7`', 'send attributes as text'],
  CE_ATTR_LENGTH: ['an id of 10 KB', 'shorten it'],
  CE_SOURCE: ['`my shop`', 'a URI reference such as `/shop/orders`'],
  CE_TIME: ['`2026-02-30T…`', 'RFC 3339, a date that exists, with its zone'],
  CE_TIME_SKEW: ['a start dated ten years ahead', 'set the clock of the sender'],
  CE_EXPIRED: ['a start whose `expirytime` has passed', 'send it again with a later one, or none'],
  CE_EXT_NAME: ['`Trace-Id`', 'lower-case letters and digits, at most 32'],
  CE_EXT_TYPE: ['an extension that is an object', 'put structured values into `data`'],
  CE_DATA: ['`data` and `data_base64`', 'send one of the two'],
  CE_CONTENT_TYPE: ['`text/plain`', 'send the data as JSON'],
  CE_MODE_CONFLICT: ['`ce_id` and the body differ', 'say each attribute once'],
  CE_FORBIDDEN_KEY: ['`{"__proto__": …}`', 'rename the key'],
  CE_DATA_LIMIT: ['1,000 levels', 'split the data, or pass a reference'],
  CE_NUMBER: ['`9007199254740993`', 'send it as text'],
  CE_UNICODE: ['half a surrogate pair', 'cut texts between characters'],
  CE_UNKNOWN_TYPE: ['`com.example.x.v1`', 'use a type of schemas/events/'],
  CE_WRONG_TOPIC: ['a cancel on `workflow.request`', 'send it to the topic of its type'],
  CE_SOURCE_FORBIDDEN: ['a wake from anybody but the timer', 'let the timer wake runs'],
};
