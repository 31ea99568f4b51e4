import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

const day = 86_400_000;

/** A client's certificate that signs itself, with its key in one PKCS #12 file; `cert`, PEM, is what trusts it. */
export function createPfx(passphrase: string): { readonly cert: string; readonly pfx: Buffer } {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = forge.pki.privateKeyFromPem(
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = '1f';
  certificate.validity.notBefore = new Date(Date.now() - day);
  certificate.validity.notAfter = new Date(Date.now() + day);
  const names = [{ name: 'commonName', value: 'client' }];
  certificate.setSubject(names);
  certificate.setIssuer(names);
  certificate.setExtensions([{ name: 'basicConstraints', cA: true }]);
  certificate.sign(key, forge.md.sha256.create());
  const made = forge.pkcs12.toPkcs12Asn1(key, certificate, passphrase, { algorithm: 'aes256' });
  return {
    cert: forge.pki.certificateToPem(certificate),
    pfx: Buffer.from(forge.asn1.toDer(made).getBytes(), 'binary'),
  };
}
