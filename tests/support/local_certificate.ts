/**
 * A certificate for servers in tests, valid for `hooks.example.com` and `127.0.0.1` until 2126. Its
 * key is public: nothing but a test may trust it. Made by
 *
 * ```sh
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
 *   -subj "/CN=Tripwright tests" -addext "subjectAltName=DNS:hooks.example.com,IP:127.0.0.1" \
 *   -addext "basicConstraints=critical,CA:FALSE" -keyout key.pem -out cert.pem
 * ```
 * @module
 */

/** In PEM; it has signed itself, so it is its own root. */
export const localCertificate = `-----BEGIN CERTIFICATE-----
MIIBrTCCAVSgAwIBAgIUErp1MXZGwD0cWpgMeYjB4jWrD08wCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQVHJpcHdyaWdodCB0ZXN0czAgFw0yNjExMjQxMTE1MDNaGA8y
MTI2MTAzMTExMTUwM1owGzEZMBcGA1UEAwwQVHJpcHdyaWdodCB0ZXN0czBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABKIrYNGper3VtgZbZSzOrouS/Bv+BWARloB7
yQaQN9T0cXNxx9HBYrsyykkTiDq14rpT5eEtiZDAO7FTFSBD6HijdDByMB0GA1Ud
DgQWBBQFObmrGNCuYHXOmG9VkmnaOt7OUDAfBgNVHSMEGDAWgBQFObmrGNCuYHXO
mG9VkmnaOt7OUDAiBgNVHREEGzAZghFob29rcy5leGFtcGxlLmNvbYcEfwAAATAM
BgNVHRMBAf8EAjAAMAoGCCqGSM49BAMCA0cAMEQCID3HDlaVwCohHoiv3nTyEpyC
tLCA6yVhgINs9ahSXzudAiBoSAjmJvjwxrN+cLSlZmGW28EP8L3hNz8RrA/aGvoz
/Q==
-----END CERTIFICATE-----`;

/** In PEM. */
export const localKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6OKQIHxlZuXNi+Qm
2wGmhswdinYFP9jgGU8qJK2NmUqhRANCAASiK2DRqXq91bYGW2Uszq6Lkvwb/gVg
EZaAe8kGkDfU9HFzccfRwWK7MspJE4g6teK6U+XhLYmQwDuxUxUgQ+h4
-----END PRIVATE KEY-----`;
