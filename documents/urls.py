from django.urls import path

from documents import views, wording_views

urlpatterns = [
    path("administration/document-templates/", wording_views.templates_page, name="document-templates"),
    path("administration/document-templates/<slug:key>/", wording_views.template_page, name="document-template"),
    path("administration/document-templates/<slug:key>/preview.pdf", wording_views.template_preview, name="document-template-preview"),
    path("documents/", views.document_list, name="document-list"),
    path("documents/new/", views.document_new, name="document-new"),
    path("documents/upload/", views.document_upload, name="document-upload"),
    path("documents/<str:number>/", views.document_detail, name="document-detail"),
    path("projects/<str:code>/documents/", views.project_documents, name="project-documents"),
    path("documents/<str:number>/withdraw/", views.document_withdraw, name="document-withdraw"),
    path("documents/<str:number>/share/", views.document_share, name="document-share"),
    path("documents/<str:number>/unshare/", views.document_unshare, name="document-unshare"),
    path("documents/<str:number>/v<int:version>/status/", views.version_status, name="document-status"),
    path("documents/<str:number>/v<int:version>/text/<slug:section>/", views.version_text, name="document-text"),
    path("documents/<str:number>/v<int:version>/submit/", views.version_submit, name="document-submit"),
    path("documents/<str:number>/v<int:version>/sign/", views.version_sign, name="document-sign"),
    path("documents/<str:number>/v<int:version>/refuse/", views.version_refuse, name="document-refuse"),
    path("documents/<str:number>/v<int:version>/retry/", views.version_retry, name="document-retry"),
    path("documents/<str:number>/v<int:version>/snapshot.json", views.version_snapshot, name="document-snapshot"),
    path("documents/<str:number>/v<int:version>/uploaded/", views.version_uploaded, name="document-uploaded"),
    path("documents/<str:number>/v<int:version>/<slug:kind>.pdf", views.version_pdf, name="document-pdf"),
]
