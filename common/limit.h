#ifndef LIMIT_H
#define LIMIT_H

/*
 * The maximum of everything that the outside can make grow, in bytes unless
 * the name says otherwise.  S3's own limits are those of the API reference;
 * the others are ours: well above honest use, well below harm.
 */

#define LIMIT_KEY	      1024	   /* S3: a key in UTF-8 */
#define LIMIT_BUCKET	      255	   /* S3: legacy us-east-1 names */
#define LIMIT_RECORD	      (8 << 10)	   /* one long record, key included */
#define LIMIT_PAGE_KEYS	      1000	   /* S3: keys of one listing page */
#define LIMIT_PAGE_BYTES      (16 << 20)   /* XML of one listing page */
#define LIMIT_REPLY	      (2 << 20)	   /* any other XML or JSON reply */
#define LIMIT_XML_DEPTH	      16	   /* nested elements */
#define LIMIT_XML_TEXT	      (16 << 10)   /* text of one element */
#define LIMIT_HEADER_LINE     (64 << 10)   /* one response header line */
#define LIMIT_HEADERS	      (256 << 10)  /* all response headers */
#define LIMIT_URL	      (16 << 10)   /* one request URL */
#define LIMIT_REQUEST_HEADERS (64 << 10)   /* all request headers */
#define LIMIT_TOKEN	      (16 << 10)   /* session or continuation token */
#define LIMIT_ETAG	      128	   /* an entity tag */
#define LIMIT_UPLOAD_ID	      1024	   /* UploadId of a multipart upload */
#define LIMIT_CONFIG	      (4 << 20)	   /* a configuration file */
#define LIMIT_PROCESS_OUTPUT  (256 << 10)  /* of a credential_process */
#define LIMIT_PARTS	      10000	   /* S3: parts of an upload */
#define LIMIT_JOBS	      10000	   /* requests in flight, -j */
#define LIMIT_LINE	      (16 << 10)   /* one message on stderr */

#define S3_PART_MIN   UINT64_C(5242880)	     /* all parts but the last */
#define S3_PART_MAX   UINT64_C(5368709120)   /* 5 GiB; CopyObject's too */
#define S3_OBJECT_MAX (S3_PART_MAX * LIMIT_PARTS) /* 48.8 TiB */

#endif
