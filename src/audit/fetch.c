/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/fetch.h"

#include <stdio.h>

#include <curl/curl.h>

#include "audit/dns.h"

enum { HTTPS_PORT = 443, FETCH_MS = 10000, HTTP_OK = 200 };

/* libcurl's callbacks have this form. */
static size_t
on_body(char *octets, size_t size, size_t count, void *arg)
{
	struct buf *out = arg;

	return buf_add(out, octets, size * count) ? size * count : 0;
}

/* "host:443:192.0.2.1,[2001:db8::1]": our resolver's word, not that of the C library. */
static bool
find_addresses(struct audit *a, const char *host, struct buf *entry)
{
	struct net_address addresses[NET_RESOLVE_ADDRESSES_MAX];
	enum net_resolve_status status;
	const size_t count = audit_resolve(a, host, HTTPS_PORT, addresses, &status);

	(void)buf_addf(entry, "%s:%d:", host, HTTPS_PORT);
	for (size_t i = 0; i < count; i++) {
		char text[IP_TEXT_SIZE] = "";
		struct ip ip;

		if (net_address_ip(&addresses[i], &ip))
			ip_print(&ip, text);
		(void)buf_addf(entry, ip_is_v4(&ip) ? "%s%s" : "%s[%s]", i == 0 ? "" : ",", text);
	}
	return count > 0 && buf_add_octet(entry, '\0');
}

static CURLcode
set_up(CURL *curl, const struct audit *a, const char *url, struct curl_slist *addresses,
    struct buf *out)
{
	CURLcode r = curl_easy_setopt(curl, CURLOPT_URL, url);

	if (r == CURLE_OK)
		r = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	if (r == CURLE_OK)
		r = curl_easy_setopt(curl, CURLOPT_RESOLVE, addresses);
	if (r == CURLE_OK)
		r = curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (r == CURLE_OK)
		r = curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (r == CURLE_OK)
		r = curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)FETCH_MS);
	if (r == CURLE_OK)
		r = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	if (r == CURLE_OK)
		r = curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
	if (r == CURLE_OK && a->options->ca_file != NULL)
		r = curl_easy_setopt(curl, CURLOPT_CAINFO, a->options->ca_file);
	return r;
}

static bool
perform(CURL *curl, char error[AUDIT_FETCH_ERROR_SIZE])
{
	const CURLcode r = curl_easy_perform(curl);
	long code = 0;

	if (r != CURLE_OK) {
		(void)snprintf(error, AUDIT_FETCH_ERROR_SIZE, "%s", curl_easy_strerror(r));
		return false;
	}
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	/* RFC 8461 §3.3: redirects must not be followed. */
	(void)snprintf(error, AUDIT_FETCH_ERROR_SIZE, "the web server answers %ld", code);
	return code == HTTP_OK;
}

static bool
fetch(struct audit *a, const char *url, const char *entry, struct buf *out,
    char error[AUDIT_FETCH_ERROR_SIZE])
{
	struct curl_slist *addresses = curl_slist_append(NULL, entry);
	CURL *curl = curl_easy_init();
	bool is_ok = false;

	(void)snprintf(error, AUDIT_FETCH_ERROR_SIZE, "libcurl does not start");
	if (addresses != NULL && curl != NULL && set_up(curl, a, url, addresses, out) == CURLE_OK)
		is_ok = perform(curl, error);
	curl_easy_cleanup(curl);
	curl_slist_free_all(addresses);
	return is_ok;
}

bool
audit_fetch(struct audit *a, const char *host, const char *path, struct buf *out,
    char error[AUDIT_FETCH_ERROR_SIZE])
{
	char url[2 * NET_NAME_MAX];
	struct buf entry;
	bool is_ok = false;

	(void)snprintf(url, sizeof url, "https://%s%s", host, path);
	audit_tell(a, "GET %s", url);
	buf_init(&entry, 4096);
	if (find_addresses(a, host, &entry))
		is_ok = !a->options->is_dry && fetch(a, url, (const char *)entry.ptr, out, error);
	else
		(void)snprintf(error, AUDIT_FETCH_ERROR_SIZE, "%s has no address", host);
	buf_done(&entry);
	return is_ok;
}
