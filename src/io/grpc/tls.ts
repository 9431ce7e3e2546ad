/**
 * Credentials of both directions: none, or mutual TLS. The authority is the cluster's own: whoever
 * has a certificate of it is a node, and which node is judged by the name in it, when it says
 * hello; so a certificate need not name the host where its node happens to run.
 */

import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js'
import type { Refused } from './listening.ts'

/** PEM. */
export interface TlsFiles {
  readonly ca: Uint8Array
  readonly cert: Uint8Array
  readonly key: Uint8Array
}

interface Credentials {
  readonly channel: ChannelCredentials
  readonly server: ServerCredentials
}

export function credentialsOf(
  tls: TlsFiles | undefined,
): Credentials | { readonly refused: Refused } {
  if (tls === undefined) {
    const channel = ChannelCredentials.createInsecure()
    return { channel, server: ServerCredentials.createInsecure() }
  }
  try {
    return mutual(tls)
  } catch (error) {
    const advice = 'all three are PEM, and the key belongs to the certificate'
    const message = `the TLS files cannot be used (${String(error)}); ${advice}`
    return { refused: { code: 'tls-unusable', message } }
  }
}

function mutual(tls: TlsFiles): Credentials {
  const [ca, cert, key] = [Buffer.from(tls.ca), Buffer.from(tls.cert), Buffer.from(tls.key)]
  const checkServerIdentity = () => undefined
  const channel = ChannelCredentials.createSsl(ca, key, cert, { checkServerIdentity })
  // Without the last argument nobody would ask a caller for his certificate.
  const server = ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true)
  return { channel, server }
}
