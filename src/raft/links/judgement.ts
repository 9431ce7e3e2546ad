/**
 * Who may speak to us: a hello, what is known, and the verdict. Pure; the table below is total, in
 * the order in which its cases are looked at: what comes first makes the rest meaningless. Every
 * code comes with a sentence that says what to do.
 */

import { MALFORMED_BYTES } from '../../base/bytes.ts'
import type { NodeId } from '../../base/ids.ts'
import type { Hello, HelloSelf, LinkRefusal, ProtocolRange } from './hello.ts'
import { type Incarnation, isOld, isSame, type Remembered } from './memory.ts'

/** The name of a node is that of another which lives: until that one is known to be gone. */
export const TAKEN = 'node-id-taken'

/** What a hello is held against. */
export interface Knowledge {
  readonly self: HelloSelf
  /** Whom we called; missing when the other side called. */
  readonly called: NodeId | undefined
  /** Names that the other side has proved (its certificate's); missing without TLS. */
  readonly names: readonly string[] | undefined
  readonly remembered: Remembered | undefined
  /** The life of the node of this name that a connection reaches now; missing when none does. */
  readonly living: Incarnation | undefined
}

interface Case {
  readonly code: string
  applies(hello: Hello, known: Knowledge): boolean
  message(hello: Hello, known: Knowledge): string
}

const cases: readonly Case[] = [
  {
    code: 'wrong-cluster',
    applies: (hello, { self }) => hello.cluster !== self.cluster,
    message: (hello, { self }) =>
      `${hello.node} is of cluster ${hello.cluster}, not of ${self.cluster}; ` +
      'correct the addresses, or empty the data folder of a node that is to change clusters',
  },
  {
    code: 'not-allowed',
    applies: ({ node }, { names }) => unproved(node, names) !== undefined,
    message: ({ node }, { names }) => unproved(node, names) ?? '',
  },
  {
    code: 'self',
    applies: (hello, { self }) => hello.node === self.node,
    message: ({ node }) =>
      `${node} met a node that is called ${node} too; ` +
      'a node was told its own address as that of a peer, or two nodes share an id',
  },
  {
    code: 'wrong-node',
    applies: (hello, { self, called }) =>
      hello.to !== self.node || (called !== undefined && hello.node !== called),
    message: (hello, { self, called }) =>
      called === undefined
        ? `${hello.node} called for ${hello.to} but reached ${self.node}; correct the address`
        : `${called} was called but ${hello.node} answered; correct the address of ${called}`,
  },
  {
    code: 'old-incarnation',
    applies: (hello, { remembered }) => isOld(remembered, hello),
    message: ({ node, store, boot }, { remembered }) =>
      `${node} comes with boot ${boot} of store ${store}, which is older than boot ` +
      `${remembered?.boot} of store ${remembered?.store}, or is a copy of it; an old data folder ` +
      'came back, or an old process still runs: stop it, or start it again, and it joins anew',
  },
  {
    code: TAKEN,
    applies: (hello, { living }) => living !== undefined && !isSame(living, hello),
    message: ({ node, store, boot }, { living }) =>
      `${node} comes with boot ${boot} of store ${store} while ${node} runs with boot ` +
      `${living?.boot} of store ${living?.store}; give each node an --id of its own, or stop ` +
      'that one first if this one is to take its place',
  },
]

/** What is wrong with a node of this name that has proved these; undefined: nothing. */
export function unproved(node: NodeId, names: readonly string[] | undefined): string | undefined {
  if (names === undefined || names.includes(node)) return undefined
  return (
    `a certificate for ${names.join(', ') || 'nobody'} does not speak for ${node}; ` +
    'give the node a certificate whose DNS name is its id'
  )
}

/** Codes that a hello can be refused with. */
export const helloCodes: readonly string[] = ['protocol-unknown', ...cases.map(one => one.code)]

export function judgeHello(hello: Hello, known: Knowledge): LinkRefusal | undefined {
  const found = cases.find(one => one.applies(hello, known))
  if (found === undefined) return undefined
  return { code: found.code, message: found.message(hello, known) }
}

export function unknownProtocol(theirs: ProtocolRange, { min, max }: ProtocolRange): LinkRefusal {
  const isNewer = theirs.min > max
  const message =
    `protocols ${theirs.min} to ${theirs.max} were offered and ${min} to ${max} are spoken; ` +
    `upgrade the ${isNewer ? 'refusing' : 'calling'} node first, one version at a time`
  return { code: 'protocol-unknown', message }
}

/** Refusals that are no judgement of a hello. */
export const refusals = {
  /** `what`: also as an error with this very code has it. */
  malformed: (what: string): LinkRefusal => ({
    code: MALFORMED_BYTES,
    message:
      `${what.replace(`${MALFORMED_BYTES}: `, '')}; ` +
      'if nothing else than nodes of this version can reach the port, report it',
  }),
  oversize: (sizeBytes: number, frameBytesMax: number): LinkRefusal => ({
    code: 'frame-oversize',
    message:
      `a frame of ${sizeBytes} bytes is above the bound of ${frameBytesMax}; ` +
      'set the same bound on all nodes',
  }),
  crowded: (acceptedMax: number): LinkRefusal => ({
    code: 'too-many-connections',
    message: `${acceptedMax} connections are open; see what else than nodes calls this port`,
  }),
  silent: (handshakeMs: number): LinkRefusal => ({
    code: 'hello-missing',
    message: `no hello came within ${handshakeMs} ms; see what else than nodes calls this port`,
  }),
} as const
