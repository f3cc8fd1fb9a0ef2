"""What people write first: list, ask, copy, one after the other.

    sequential.py list BUCKET
    sequential.py copy SOURCE DESTINATION    those that are missing
"""
import os
import sys

import boto3
from botocore.exceptions import ClientError


def keys(s3, bucket):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            yield entry["Key"]


def missing(s3, bucket, key):
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as e:
        if e.response["Error"]["Code"] == "404":
            return True
        raise
    return False


def copy(s3, source, destination):
    for key in keys(s3, source):
        if missing(s3, destination, key):
            s3.copy_object(
                CopySource={"Bucket": source, "Key": key},
                Bucket=destination,
                Key=key,
            )


def main(verb, *buckets):
    # Debian 12's boto3 does not read AWS_ENDPOINT_URL by itself.
    s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    if verb == "list":
        for key in keys(s3, *buckets):
            print(key)
    else:
        copy(s3, *buckets)


if __name__ == "__main__":
    main(*sys.argv[1:])
