/**
 * Whom a certificate speaks for: its DNS names, or its common name when it has none. The chain was
 * verified before; what is asked here is only which names it proves.
 */

import type { PeerCertificate } from 'node:tls'
import type { ServerUnaryCall } from '@grpc/grpc-js'

type Named = Pick<PeerCertificate, 'subject' | 'subjectaltname'>

type Call = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>

/** What the caller has proved; undefined: without TLS nobody proves anything. */
export function provedBy(call: Call): readonly string[] | undefined {
  const context = call.getAuthContext()
  if (context.transportSecurityType === undefined) return undefined
  return namesOf(context.sslPeerCertificate)
}

export function namesOf(certificate: Named | undefined): readonly string[] {
  if (certificate === undefined) return []
  const { subjectaltname } = certificate
  return subjectaltname === undefined ? commonName(certificate) : dnsNames(subjectaltname)
}

/** Node quotes what could be taken for another name; no id of a node needs that. */
function dnsNames(alternatives: string): readonly string[] {
  if (alternatives.includes('"')) return []
  return alternatives
    .split(', ')
    .filter(name => name.startsWith('DNS:'))
    .map(name => name.slice('DNS:'.length))
}

/** A subject may have two common names, whatever the types say: then nobody knows whose it is. */
function commonName({ subject }: Named): readonly string[] {
  const name: unknown = (subject as Named['subject'] | undefined)?.CN
  return typeof name === 'string' ? [name] : []
}
