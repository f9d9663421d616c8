"""What a Python function with the clients of these services loads before its first event."""

import sys

import boto3

for service in sys.argv[1:]:
    boto3.client(service, region_name="eu-west-1")
