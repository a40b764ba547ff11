/**
 * A certificate for test servers, for `hooks.example.com` and `127.0.0.1`, valid from 2020 to 2120.
 * It is self-signed (`openssl ca -selfsign`), so it is its own root. The key is public: only tests
 * may trust the certificate.
 * @module
 */

/** In PEM. */
export const localCertificate = `-----BEGIN CERTIFICATE-----
MIIBejCCASCgAwIBAgIBATAKBggqhkjOPQQDAjAbMRkwFwYDVQQDDBBUcmlwd3Jp
Z2h0IHRlc3RzMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAbMRkw
FwYDVQQDDBBUcmlwd3JpZ2h0IHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAESRlZOZO8DAwtLdiqluTDMWZhjAAZpvJiRnQohNn5qWimWDITaKP8pvZOikOu
IIcgwr0W7GQg8GFmOQ8DgR6wDKNTMFEwIgYDVR0RBBswGYIRaG9va3MuZXhhbXBs
ZS5jb22HBH8AAAEwDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQUKjQLB7EX8jLjtoCH
QsoJEwxBmPUwCgYIKoZIzj0EAwIDSAAwRQIhAIQ+kGq96nnP3G72WDGxujxM0R2g
yjvtHgiZ9CQwOv6wAiBllgRy0FGrnYR/XlW0hlR8GEMkr20h4mr2x5hZnapyIg==
-----END CERTIFICATE-----`;

/** In PEM. */
export const localKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgxcjKa6ybK0Gxva16
StnJA9aU64PYqqpPIz3acRRzBTehRANCAARJGVk5k7wMDC0t2KqW5MMxZmGMABmm
8mJGdCiE2fmpaKZYMhNoo/ym9k6KQ64ghyDCvRbsZCDwYWY5DwOBHrAM
-----END PRIVATE KEY-----`;
