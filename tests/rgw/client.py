#!/usr/bin/python3
"""A second opinion: another S3 client (botocore) that looks at a store.

client.py ENDPOINT PROFILE COMMAND...
    make BUCKET...           create buckets
    digest BUCKET [PREFIX]   a line a key: key, size, ETag, digest of the
                             contents, headers, metadata, tags, class
    put BUCKET               objects from stdin, a JSON object a line:
                             key, text or size, and put_object()'s parameters
    parts BUCKET KEY SIZE... an object uploaded in parts of these sizes
    acl BUCKET KEY           grantees and permissions
    policy BUCKET            set the bucket's policy from stdin
    uploads BUCKET           keys of unfinished multipart uploads

Keys are percent-encoded on the way in and out.
"""
import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, unquote

import botocore.config
import botocore.session


def connect(endpoint, profile):
    session = botocore.session.Session(profile=profile)
    config = botocore.config.Config(
        s3={'addressing_style': 'path'}, max_pool_connections=8,
        parameter_validation=False, retries={'max_attempts': 2})
    return session.create_client('s3', endpoint_url=endpoint,
                                 region_name='us-east-1', config=config)


def pages(call, result, **args):
    """Page after page: botocore's own paginators stop at odd tokens."""
    last = None
    while True:
        if last is not None:
            args['StartAfter'] = last
        page = call(**args)
        yield from page.get(result, [])
        if not page.get('IsTruncated'):
            return
        last = page[result][-1]['Key']


HEADERS = ['ContentType', 'CacheControl', 'ContentDisposition',
           'ContentEncoding', 'ContentLanguage']


def pairs(items):
    text = '&'.join(sorted(quote(k) + '=' + quote(v) for k, v in items))
    return text or '-'


def line(s3, bucket, entry):
    key = entry['Key']
    got = s3.get_object(Bucket=bucket, Key=key)
    sha = hashlib.sha256(got['Body'].read()).hexdigest()
    tags = s3.get_object_tagging(Bucket=bucket, Key=key).get('TagSet', [])
    headers = [(h.lower(), str(got[h])) for h in HEADERS if got.get(h)]
    return ' '.join([
        quote(key, safe=''), str(got['ContentLength']),
        got['ETag'].strip('"'), sha, pairs(headers),
        pairs(got['Metadata'].items()),
        pairs((t['Key'], t['Value']) for t in tags),
        entry.get('StorageClass', 'STANDARD')])


def digest(s3, bucket, prefix=''):
    entries = pages(s3.list_objects_v2, 'Contents', Bucket=bucket,
                    Prefix=unquote(prefix))
    with ThreadPoolExecutor(8) as pool:
        for text in pool.map(lambda e: line(s3, bucket, e), list(entries)):
            print(text)


def put(s3, bucket):
    for text in sys.stdin:
        wish = json.loads(text)
        body = wish.pop('text', '').encode() or b'x' * wish.pop('size', 0)
        key = unquote(wish.pop('key'))
        s3.put_object(Bucket=bucket, Key=key, Body=body, **wish)


def parts(s3, bucket, key, *sizes):
    key = unquote(key)
    upload = s3.create_multipart_upload(
        Bucket=bucket, Key=key, ContentType='text/parts',
        Metadata={'kind': 'parts'})['UploadId']
    done = []
    for number, size in enumerate(sizes, 1):
        body = bytes([96 + number]) * int(size)
        part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload,
                              PartNumber=number, Body=body)
        done.append({'PartNumber': number, 'ETag': part['ETag']})
    s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload,
                                 MultipartUpload={'Parts': done})
    s3.put_object_tagging(Bucket=bucket, Key=key, Tagging={
        'TagSet': [{'Key': 'in', 'Value': 'parts'}]})


def acl(s3, bucket, key):
    grants = s3.get_object_acl(Bucket=bucket, Key=unquote(key))['Grants']
    for g in grants:
        who = g['Grantee'].get('ID') or g['Grantee'].get('URI')
        print(who, g['Permission'])


def uploads(s3, bucket):
    for u in s3.list_multipart_uploads(Bucket=bucket).get('Uploads', []):
        print(quote(u['Key'], safe=''))


def make(s3, *buckets):
    for bucket in buckets:
        s3.create_bucket(Bucket=bucket)


def policy(s3, bucket):
    s3.put_bucket_policy(Bucket=bucket, Policy=sys.stdin.read())


def main():
    endpoint, profile, command, *words = sys.argv[1:]
    calls = {f.__name__: f for f in
             (digest, put, parts, acl, uploads, make, policy)}
    calls[command](connect(endpoint, profile), *words)


main()
