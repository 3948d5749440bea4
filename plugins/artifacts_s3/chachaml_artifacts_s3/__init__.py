"""Artifacts of chachaml-kernel in a bucket of any S3-compatible service."""

from chachaml_artifacts_s3.plugin import ArtifactsS3

__all__ = ["ArtifactsS3"]
