/** Hashes, for sampling and for comparing, and encodings of bytes. Texts are taken in UTF-8. */

import { hash32, kafkaPartition, SLOTS, slotOf } from '../../base/hash.ts'
import { BIGINT, BYTES, INTEGER, TEXT, type Type } from '../../engine/schema/type.ts'
import { crc32, xxhash64 } from '../digest/check-sums.ts'
import { base64Of, ofBase64, ofHex, ofPercent } from '../digest/encodings.ts'
import { md5 } from '../digest/md5.ts'
import { sha1, sha256 } from '../digest/sha.ts'
import { Failure, shown } from '../value/failure.ts'
import { TEXT_LENGTH_MAX, tooLong } from '../value/size.ts'
import { bytesOfText, hexOf } from '../value/text.ts'
import { isInt32, type Whole, wholeOf } from '../value/whole.ts'
import type { FunctionEntry, Overload } from './entry.ts'
import { bytes, entriesOf, example, type Plain, scalar, text, whole } from './params.ts'

const entry = entriesOf('Hashes and encodings')

/** Of a text, or of bytes. */
function taking(
  result: Type,
  run: (of: Uint8Array) => Whole | string | Failure,
): readonly Overload[] {
  return [
    { params: [text('text')], result, run: scalar((of: string) => run(bytesOfText(of))) },
    { params: [bytes('bytes')], result, run: scalar(run) },
  ]
}

function ofBytes(what: Plain, ...how: Parameters<typeof taking>): FunctionEntry {
  return entry(what, taking(...how))
}

function decoded(what: Plain, name: string, read: (of: string) => Uint8Array | undefined) {
  const run = (of: string) => read(of) ?? new Failure('sql-argument', `${shown(of)} is not ${name}`)
  return entry(what, [{ params: [text('text')], result: BYTES, run: scalar(run) }])
}

/** Half of a character, which JSON may hold, becomes the sign for one that is unknown. */
const urlEncoded = (of: string): string => encodeURIComponent(of.replace(/\p{Cs}/gu, '\ufffd'))

const partitionsMax = 2 ** 31 - 1

function partition(key: Uint8Array, partitions: Whole): number | Failure {
  if (partitions < 1 || !isInt32(partitions)) {
    return new Failure('sql-argument', `A topic has between 1 and ${partitionsMax} partitions`)
  }
  return kafkaPartition(key, Number(partitions))
}

export const hashFunctions: readonly FunctionEntry[] = [
  ofBytes(
    {
      name: 'md5',
      about: 'MD5 in hexadecimal digits.',
      examples: [example("md5('stream')", 'f7b44cfafd5c52223d5498196c8a2e7b')],
    },
    TEXT,
    of => hexOf(md5(of)),
  ),
  ofBytes(
    {
      name: 'sha1',
      about: 'SHA-1 in hexadecimal digits.',
      examples: [example("sha1('abc')", 'a9993e364706816aba3e25717850c26c9cd0d89d')],
    },
    TEXT,
    of => hexOf(sha1(of)),
  ),
  ofBytes(
    {
      name: 'sha256',
      about: 'SHA-256 in hexadecimal digits.',
      examples: [example("left(sha256('abc'), 32)", 'ba7816bf8f01cfea414140de5dae2223')],
    },
    TEXT,
    of => hexOf(sha256(of)),
  ),
  ofBytes(
    {
      name: 'crc32',
      about: 'CRC-32, as in zip files, from 0 to 2^32 - 1.',
      examples: [example("crc32('123456789')", '3421780262')],
    },
    BIGINT,
    crc32,
  ),
  ofBytes(
    {
      name: 'hash32',
      aliases: ['murmur3'],
      about: 'MurmurHash3 of 32 bits, from 0 to 2^32 - 1.',
      examples: [example("hash32('hello')", '613153351')],
    },
    BIGINT,
    hash32,
  ),
  ofBytes(
    {
      name: 'xxhash64',
      aliases: ['hash64'],
      about: 'XXH64, as a signed BIGINT.',
      examples: [example("xxhash64('')", '-1205034819632174695')],
    },
    BIGINT,
    of => wholeOf(BigInt.asIntN(64, xxhash64(of))),
  ),
  ofBytes(
    {
      name: 'slot_of',
      about: `Which of the ${SLOTS} slots of a job a key falls into.`,
      examples: [example("slot_of('hello')", '146')],
    },
    INTEGER,
    slotOf,
  ),
  entry(
    {
      name: 'kafka_partition',
      about: "The partition that Kafka's default partitioner gives to a key.",
      examples: [example("kafka_partition('hello', 12)", '9')],
    },
    [
      {
        params: [text('key'), whole('partitions')],
        result: INTEGER,
        run: scalar((key: string, count: Whole) => partition(bytesOfText(key), count)),
      },
      {
        params: [bytes('key'), whole('partitions')],
        result: INTEGER,
        run: scalar(partition),
      },
    ],
  ),
  entry(
    {
      name: 'hex',
      aliases: ['to_hex'],
      about: 'Bytes, or a whole number, in hexadecimal digits.',
      examples: [example("hex('Hi')", '4869'), example('hex(255)', 'ff')],
    },
    [
      {
        params: [whole('number')],
        result: TEXT,
        run: scalar((of: Whole) => BigInt.asUintN(64, BigInt(of)).toString(16)),
      },
      ...taking(TEXT, of => (2 * of.length > TEXT_LENGTH_MAX ? tooLong : hexOf(of))),
    ],
  ),
  decoded(
    {
      name: 'unhex',
      aliases: ['from_hex'],
      about: 'The bytes that hexadecimal digits stand for.',
      examples: [example("CAST(unhex('4869') AS TEXT)", 'Hi')],
    },
    'hexadecimal',
    ofHex,
  ),
  ofBytes(
    {
      name: 'base64',
      aliases: ['to_base64'],
      about: 'Bytes in base64.',
      examples: [example("base64('Hello')", 'SGVsbG8=')],
    },
    TEXT,
    base64Of,
  ),
  decoded(
    {
      name: 'from_base64',
      aliases: ['unbase64'],
      about: 'The bytes that base64 stands for, padded or not.',
      examples: [example("CAST(from_base64('SGVsbG8') AS TEXT)", 'Hello')],
    },
    'base64',
    ofBase64,
  ),
  entry(
    {
      name: 'url_encode',
      about: 'A text as a part of an address.',
      examples: [example("url_encode('a b/c')", 'a%20b%2Fc')],
    },
    [{ params: [text('text')], result: TEXT, run: scalar(urlEncoded) }],
  ),
  entry(
    {
      name: 'url_decode',
      about: 'What a part of an address says; + is a blank.',
      examples: [example("url_decode('a%20b+c')", 'a b c')],
    },
    [
      {
        params: [text('text')],
        result: TEXT,
        run: scalar(
          (of: string) =>
            ofPercent(of) ?? new Failure('sql-argument', `${shown(of)} is no part of an address`),
        ),
      },
    ],
  ),
]
